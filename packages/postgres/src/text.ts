/** How lists and ids are written as text for the functions of the schema. */

/** Stands in no JSON text, escaped or not: between the elements of a list of them. */
export const RECORD_SEPARATOR = '\x1e'

/** Between the fields of a job's line. */
export const UNIT_SEPARATOR = '\x1f'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Nobody's id. */
const NIL = '00000000-0000-0000-0000-000000000000'

export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text)
}

/** The id; where it is no uuid, one that no job, claim or worker has. */
export function uuidOrNil(text: string): string {
  return isUuid(text) ? text : NIL
}

/** An array of names as PostgreSQL writes it. */
export function textArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}
