import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** The first 128 bits of a text's SHA-256, as 32 hex digits: names equal inputs of one task. */
export function hash128(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)).subarray(0, 16))
}

/** A 32-bit hash of a text: FNV-1a (Fowler, Noll, Vo) with MurmurHash3's finaliser (Austin Appleby). */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
