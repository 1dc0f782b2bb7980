export type { PostgresStoreOptions, SchemaOptions } from './options'
export { type PGliteStoreOptions, pgliteStore } from './pglite-store'
export { postgresStore } from './postgres-store'
export type { PostgresStore } from './store'
