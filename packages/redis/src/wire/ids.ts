import { queueHash } from '@jobs-worker/core/store'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text)
}

/** Bytes of an id as it is stored: without the last two, which are the same for all jobs of a queue. */
export const STORED = 14
const HYPHEN = 0x2d
/** Values of hexadecimal digits by their character codes. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0)

/** Writes the id as it is stored. */
export function writeId(id: string, bytes: Uint8Array, at: number): void {
  const end = at + STORED
  for (let from = 0; at < end; at++, from += 2) {
    if (id.charCodeAt(from) === HYPHEN) from++
    bytes[at] = ((DIGITS[id.charCodeAt(from)] as number) << 4) | (DIGITS[id.charCodeAt(from + 1)] as number)
  }
}

export function idToBytes(id: string): Buffer {
  const bytes = Buffer.allocUnsafe(STORED)
  writeId(id, bytes, 0)
  return bytes
}

/** So many of an id's last digits are the same for all jobs of a queue. */
export const SUFFIX = 4

export function suffixOf(queue: string): string {
  return queueHash(queue).toString(16).padStart(SUFFIX, '0')
}

export function idOf(hex: string, suffix: string): string {
  return (
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-` + `${hex.slice(16, 20)}-${hex.slice(20)}${suffix}`
  )
}
