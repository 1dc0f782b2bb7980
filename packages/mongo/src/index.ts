export { mongoStore } from './mongo-store'
export type { MongoStoreOptions } from './options'
export type { MongoStore } from './store'
