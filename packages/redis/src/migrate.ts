import { SchemaMissingError, SchemaTooNewError } from '@jobs-worker/core/store'
import type { Connection } from './connection'
import type { Keys } from './keys'

/** Of the layout of keys and values. */
const VERSION = 1
/** The oldest version that works with this layout. */
const COMPATIBLE_FROM = 1

/** Notes the version of the layout; any number of processes may at once. @returns what was done, in words */
export async function migrate(connection: Connection, keys: Keys): Promise<readonly string[]> {
  const text = JSON.stringify({ version: VERSION, compatibleFrom: COMPATIBLE_FROM })
  const made = await connection.command((client) => client.hsetnx(keys.schema, 'layout', text))
  if (made === 1) return [`noted layout ${VERSION} under ${keys.common}`]
  await checkSchema(connection, keys)
  return []
}

/** @throws SchemaMissingError, SchemaTooNewError */
export async function checkSchema(connection: Connection, keys: Keys): Promise<void> {
  const text = await connection.command((client) => client.hget(keys.schema, 'layout'))
  if (text === null) throw new SchemaMissingError('redis', keys.common)
  const { version, compatibleFrom } = JSON.parse(text) as { version: number; compatibleFrom: number }
  if (compatibleFrom > VERSION) throw new SchemaTooNewError('redis', version, compatibleFrom, VERSION)
}
