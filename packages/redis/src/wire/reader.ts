/** Reads a script's reply, value by value, as its contract says: MessagePack as Redis's cmsgpack writes it. */
export class Reader {
  readonly #buffer: Buffer
  #at = 0

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  /** How many values follow as the elements of an array; a table without any may come as a map. */
  array(): number {
    const type = this.#byte()
    if (type >= 0x80 && type <= 0x9f) return type & 0x0f
    if (type === 0xdc) return this.#uint(2)
    if (type === 0xdd) return this.#uint(4)
    throw unexpected('an array', type)
  }

  /** Every element of an array, read by `read`. */
  each<T>(read: () => T): T[] {
    const all: T[] = []
    for (let left = this.array(); left > 0; left--) all.push(read())
    return all
  }

  text(): string {
    const { start, end } = this.#span()
    return this.#buffer.toString('utf8', start, end)
  }

  hex(): string {
    const { start, end } = this.#span()
    return this.#buffer.toString('hex', start, end)
  }

  bytes(): Buffer {
    const { start, end } = this.#span()
    return this.#buffer.subarray(start, end)
  }

  number(): number {
    const type = this.#byte()
    if (type < 0x80) return type
    if (type >= 0xe0) return type - 0x100
    if (type >= 0xcc && type <= 0xce) return this.#uint(1 << (type - 0xcc))
    const at = this.#at
    switch (type) {
      case 0xca:
        this.#at += 4
        return this.#buffer.readFloatBE(at)
      case 0xcb:
        this.#at += 8
        return this.#buffer.readDoubleBE(at)
      case 0xcf:
        this.#at += 8
        return Number(this.#buffer.readBigUInt64BE(at))
      case 0xd0:
        this.#at += 1
        return this.#buffer.readInt8(at)
      case 0xd1:
        this.#at += 2
        return this.#buffer.readInt16BE(at)
      case 0xd2:
        this.#at += 4
        return this.#buffer.readInt32BE(at)
      case 0xd3:
        this.#at += 8
        return Number(this.#buffer.readBigInt64BE(at))
      default:
        throw unexpected('a number', type)
    }
  }

  boolean(): boolean {
    const type = this.#byte()
    if (type === 0xc3) return true
    if (type === 0xc2 || type === 0xc0) return false
    throw unexpected('true or false', type)
  }

  /** Whether the next value is a text. */
  isText(): boolean {
    const type = this.#buffer[this.#at] ?? 0
    return (type >= 0xa0 && type <= 0xbf) || (type >= 0xd9 && type <= 0xdb)
  }

  /** What `read` reads; null where there is nothing. */
  maybe<T>(read: () => T): T | null {
    return this.absent() ? null : read()
  }

  /** Whether there is nothing here, which is then passed by. */
  absent(): boolean {
    const type = this.#buffer[this.#at]
    if (type !== 0xc2 && type !== 0xc0) return false
    this.#at += 1
    return true
  }

  #byte(): number {
    const byte = this.#buffer[this.#at]
    if (byte === undefined) throw new RangeError('a reply of Redis ends too early')
    this.#at += 1
    return byte
  }

  #uint(bytes: number): number {
    const value = this.#buffer.readUIntBE(this.#at, bytes)
    this.#at += bytes
    return value
  }

  #span(): { readonly start: number; readonly end: number } {
    const bytes = this.#length()
    const start = this.#at
    this.#at += bytes
    return { start, end: this.#at }
  }

  #length(): number {
    const type = this.#byte()
    if (type >= 0xa0 && type <= 0xbf) return type & 0x1f
    if (type === 0xd9 || type === 0xc4) return this.#uint(1)
    if (type === 0xda || type === 0xc5) return this.#uint(2)
    if (type === 0xdb || type === 0xc6) return this.#uint(4)
    throw unexpected('a text', type)
  }
}

function unexpected(expected: string, type: number): Error {
  return new TypeError(`a reply of Redis: expected ${expected}, got 0x${type.toString(16)}`)
}
