import { hash32, hash128 } from './hash'

/** How many bits of an id tell its queue. */
export const QUEUE_BITS = 16

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const POOL = 4_096
const pool = new Uint8Array(POOL)
let used = POOL
let countedIn = -1
let count = 0
/** Many ids are of the same millisecond: it is written once. */
let writtenTime = -1
let time = ''

const queueBits = new Map<string, number>()

/** The 16 bits of a queue's name that its jobs' ids hold. */
export function queueHash(queue: string): number {
  let bits = queueBits.get(queue)
  if (bits === undefined) {
    bits = hash32(queue) & 0xffff
    if (queueBits.size > 10_000) queueBits.clear()
    queueBits.set(queue, bits)
  }
  return bits
}

/** The queue's 16 bits in an id made by `newJobId`. */
export function queueHashOf(id: string): number {
  return Number.parseInt(id.slice(32, 36), 16)
}

/**
 * A uuid v7 (RFC 9562): 48 bits of milliseconds, 12 that count within one, 46 random bits, and in the last two bytes a hash
 * of the queue's name, so that a store can find a job by its id alone.
 */
export function newJobId(queue: string, now = Date.now()): string {
  const bits = queueHash(queue)
  return uuid(now, HEX[bits >>> 8] as string, HEX[bits & 0xff] as string)
}

/**
 * An id of the same shape that follows from its arguments: whoever makes it, and however often, it is the same.
 * @param seed takes the place of the random bits
 */
export function derivedJobId(queue: string, seed: string, time: number): string {
  const ms = Math.max(0, time).toString(16).padStart(12, '0')
  const bits = hash128(seed)
  const variant = HEX[0x80 | (Number.parseInt(bits.slice(3, 5), 16) & 0x3f)] as string
  const last = queueHash(queue).toString(16).padStart(4, '0')
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${bits.slice(0, 3)}-${variant}${bits.slice(5, 7)}-${bits.slice(7, 15)}${last}`
}

/** The same with random bits instead of the hash. */
export function newId(): string {
  return uuid(Date.now(), hexByte(), hexByte())
}

function uuid(now: number, last1: string, last2: string): string {
  if (now !== writtenTime) {
    const digits = now.toString(16).padStart(12, '0')
    writtenTime = now
    time = `${digits.slice(0, 8)}-${digits.slice(8)}`
  }
  const variant = HEX[0x80 | (byte() & 0x3f)] as string
  const within = countWithin(now)
  const version = `${HEX[0x70 | (within >>> 8)]}${HEX[within & 0xff]}`
  return (
    `${time}-${version}-${variant}${hexByte()}-` + `${hexByte()}${hexByte()}${hexByte()}${hexByte()}${last1}${last2}`
  )
}

/**
 * From a random number below half of what 12 bits hold: ids made one after another are in order as texts too, up to at
 * least 2,048 of a millisecond, and those who keep them in order have less work with them.
 */
function countWithin(now: number): number {
  count = now === countedIn ? (count + 1) & 0xfff : byte() << 3
  countedIn = now
  return count
}

function hexByte(): string {
  return HEX[byte()] as string
}

function byte(): number {
  if (used === POOL) {
    globalThis.crypto.getRandomValues(pool)
    used = 0
  }
  return pool[used++] as number
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether a text can be a job's id at all. */
export function isJobId(id: unknown): id is string {
  return typeof id === 'string' && UUID.test(id)
}
