import { queueHash } from '@jobs-worker/core/store'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text)
}

/** The id as it is stored: without the last two bytes, which are the same for all jobs of a queue. */
export function idToBytes(id: string): Buffer {
  return Buffer.from(id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24, 32), 'hex')
}

/** The last four digits of all ids of a queue. */
export function suffixOf(queue: string): string {
  return queueHash(queue).toString(16).padStart(4, '0')
}

export function idOf(hex: string, suffix: string): string {
  return (
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-` + `${hex.slice(16, 20)}-${hex.slice(20)}${suffix}`
  )
}
