import { STORED, writeId } from './ids'

/** What crosses to scripts, in MessagePack (https://msgpack.org); absent values are `false`, which Lua tests most easily. */
export type Packable = string | number | boolean | Uint8Array | Ids | readonly Packable[]

/** Ids of jobs, which cross as an array of the bytes that are stored. */
export class Ids {
  readonly all: string[] = []
}

let buffer = Buffer.allocUnsafe(64 * 1024)
let at = 0

/** One message. */
export function pack(value: Packable): Buffer {
  at = 0
  write(value)
  const packed = Buffer.allocUnsafe(at)
  buffer.copy(packed, 0, 0, at)
  // What one large message took is not kept for good.
  if (buffer.length > 4 * 1024 * 1024) buffer = Buffer.allocUnsafe(64 * 1024)
  return packed
}

function write(value: Packable): void {
  if (typeof value === 'string') writeText(value)
  else if (typeof value === 'number') writeNumber(value)
  else if (typeof value === 'boolean') byte(value ? 0xc3 : 0xc2)
  else if (value instanceof Uint8Array) writeBytes(value)
  else if (value instanceof Ids) writeIds(value.all)
  else writeArray(value as readonly Packable[])
}

function writeArray(values: readonly Packable[]): void {
  writeCount(values.length)
  for (const value of values) write(value)
}

function writeIds(ids: readonly string[]): void {
  writeCount(ids.length)
  for (const id of ids) {
    writeLength(STORED)
    room(STORED)
    writeId(id, buffer, at)
    at += STORED
  }
}

function writeCount(count: number): void {
  if (count < 16) byte(0x90 | count)
  else if (count < 0x10000) head(0xdc, count, 2)
  else head(0xdd, count, 4)
}

/** Texts below this many characters are mostly ASCII: a loop is faster than the way to native code. */
const SHORT = 128

function writeText(text: string): void {
  if (text.length < SHORT && writeAscii(text)) return
  const bytes = Buffer.byteLength(text)
  writeLength(bytes)
  room(bytes)
  buffer.write(text, at, bytes, 'utf8')
  at += bytes
}

/** false where it is more than ASCII; then nothing is written. */
function writeAscii(text: string): boolean {
  const { length } = text
  const from = at
  room(2 + length)
  writeLength(length)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) {
      at = from
      return false
    }
    buffer[at++] = code
  }
  return true
}

function writeBytes(bytes: Uint8Array): void {
  writeLength(bytes.length)
  room(bytes.length)
  buffer.set(bytes, at)
  at += bytes.length
}

/** Bytes cross as texts do: Lua makes no difference. */
function writeLength(bytes: number): void {
  if (bytes < 32) byte(0xa0 | bytes)
  else if (bytes < 0x100) head(0xd9, bytes, 1)
  else if (bytes < 0x10000) head(0xda, bytes, 2)
  else head(0xdb, bytes, 4)
}

function writeNumber(number: number): void {
  if (Number.isInteger(number) && number >= 0 && number < 0x100000000) {
    if (number < 128) byte(number)
    else if (number < 0x10000) head(0xcd, number, 2)
    else head(0xce, number, 4)
    return
  }
  room(9)
  buffer[at] = 0xcb
  buffer.writeDoubleBE(number, at + 1)
  at += 9
}

function byte(value: number): void {
  room(1)
  buffer[at] = value
  at += 1
}

function head(type: number, value: number, bytes: 1 | 2 | 4): void {
  room(1 + bytes)
  buffer[at] = type
  buffer.writeUIntBE(value, at + 1, bytes)
  at += 1 + bytes
}

function room(bytes: number): void {
  if (at + bytes <= buffer.length) return
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes))
  buffer.copy(larger, 0, 0, at)
  buffer = larger
}
