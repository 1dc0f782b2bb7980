import { SchemaMissingError, SchemaTooNewError } from '@jobs-worker/core/store'
import { codeOf, isDuplicate, STORE } from './errors'
import type { Connection } from './server/connection'
import { INDEXES } from './server/indexes'

/** Of collections, indexes and documents. */
const VERSION = 1
/** The oldest version that works with this one's documents. */
const COMPATIBLE_FROM = 1

const SCHEMA = 'schema'
const ALREADY_EXISTS = 48

/**
 * Makes collections and indexes, and checks those that are there; any number of processes may at once.
 * @returns what was done, in words
 * @throws StoreConfigError where a right is missing, or an index of that name is another one
 */
export async function migrate(connection: Connection): Promise<readonly string[]> {
  const found = await versionOf(connection)
  checkVersion(found)
  for (const [name, indexes] of Object.entries(INDEXES)) {
    const full = `${connection.meta.collectionName.slice(0, -'meta'.length)}${name}`
    // Made now: a transaction of the caller's could not.
    if (found === null) await connection.run(() => create(connection, full))
    if (indexes.length > 0) await connection.run(() => connection.db.collection(full).createIndexes([...indexes]))
  }
  if (found !== null) return []
  const schema = { _id: SCHEMA, version: VERSION, compatibleFrom: COMPATIBLE_FROM }
  await connection.run(() => connection.meta.insertOne(schema).catch(unlessDuplicate))
  return [`made collections and indexes, version ${VERSION}, in ${connection.db.databaseName}`]
}

/** @throws SchemaMissingError, SchemaTooNewError */
export async function checkSchema(connection: Connection): Promise<void> {
  const found = await versionOf(connection)
  if (found === null) throw new SchemaMissingError(STORE, connection.label)
  checkVersion(found)
}

async function versionOf({ run, meta }: Pick<Connection, 'run' | 'meta'>) {
  return run(() => meta.findOne({ _id: SCHEMA }))
}

function checkVersion(found: { readonly version?: number; readonly compatibleFrom?: number } | null): void {
  const { version = VERSION, compatibleFrom = VERSION } = found ?? {}
  if (compatibleFrom > VERSION) throw new SchemaTooNewError(STORE, version, compatibleFrom, VERSION)
}

async function create({ db }: Connection, name: string): Promise<void> {
  await db.createCollection(name).catch((error) => {
    if (codeOf(error) !== ALREADY_EXISTS) throw error
  })
}

function unlessDuplicate(error: unknown): void {
  if (!isDuplicate(error)) throw error
}
