import { createHash } from 'node:crypto'
import { InvalidError } from '@jobs-worker/core/store'

/** Where the tables are, as the SQL texts need it. */
export interface Schema {
  readonly name: string
  readonly quoted: string
  /** The channel of its notifications. */
  readonly channel: string
}

/** @throws InvalidError */
export function makeSchema(name: unknown): Schema {
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/.test(name)) {
    throw new InvalidError('schema', name, 'a name of 1 to 63 letters, digits, _ or -, a letter or _ first')
  }
  const channel = `jobs_worker:${name}`
  return { name, quoted: `"${name}"`, channel: channel.length < 64 ? channel : `jobs_worker:${shorten(name)}` }
}

/** PostgreSQL takes channel names of at most 63 bytes. */
function shorten(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32)
}

/** An SQL text of this package for one schema. */
export function inSchema(text: string, schema: Schema): string {
  return text.replaceAll('{schema}', schema.quoted).replaceAll('{channel}', schema.channel)
}
