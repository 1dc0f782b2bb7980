import type { Hint, Signal } from '@jobs-worker/core/store'

/** PostgreSQL takes payloads shorter than 8,000 bytes. */
const MAX_BYTES = 7_900

/** Names of more queues than this make a wake-up that names none. */
const MAX_QUEUES = 20

/**
 * What crosses on the channel, as JSON: what it is, the sender's own name, and its content.
 * `release`: jobs came back to where the others have claimed already.
 */
export type Payload =
  | readonly ['wake' | 'release', sender: string, queues: readonly string[] | null]
  | readonly ['paused' | 'resumed', sender: string, queue: string]
  | readonly ['cancel' | 'unlocked', sender: string]
  | readonly ['hints', sender: string, origin: string, hints: readonly Hint[]]

export function encodePayload(payload: Payload): string {
  if ((payload[0] === 'wake' || payload[0] === 'release') && payload[2] !== null) {
    const text = JSON.stringify(payload)
    return payload[2].length > MAX_QUEUES || tooLong(text) ? JSON.stringify([payload[0], payload[1], null]) : text
  }
  return JSON.stringify(payload)
}

export function decodePayload(text: string): Payload | null {
  try {
    const payload: unknown = JSON.parse(text)
    return Array.isArray(payload) && typeof payload[0] === 'string' ? (payload as unknown as Payload) : null
  } catch {
    return null
  }
}

export function toSignal(payload: Payload): Signal {
  switch (payload[0]) {
    case 'wake':
    case 'release':
      return { kind: 'wake', queues: payload[2] }
    case 'paused':
    case 'resumed':
      return { kind: payload[0], queue: payload[2] }
    case 'cancel':
    case 'unlocked':
      return { kind: payload[0] }
    case 'hints':
      return { kind: 'hints', origin: payload[2], hints: payload[3] }
  }
}

/** Hints in as few payloads as fit. One that is too long by itself goes without its data. */
export function hintPayloads(sender: string, origin: string, hints: readonly Hint[]): string[] {
  const payloads: string[] = []
  let batch: Hint[] = []
  let bytes = 0
  const frame = Buffer.byteLength(JSON.stringify(['hints', sender, origin, []]))
  for (const hint of hints) {
    const full = Buffer.byteLength(JSON.stringify(hint)) + 1
    const { data: _, ...bare } = hint
    const fits = frame + full <= MAX_BYTES
    const size = fits ? full : Buffer.byteLength(JSON.stringify(bare)) + 1
    if (frame + bytes + size > MAX_BYTES) {
      payloads.push(encodePayload(['hints', sender, origin, batch]))
      batch = []
      bytes = 0
    }
    batch.push(fits ? hint : bare)
    bytes += size
  }
  if (batch.length > 0) payloads.push(encodePayload(['hints', sender, origin, batch]))
  return payloads
}

function tooLong(text: string): boolean {
  return Buffer.byteLength(text) > MAX_BYTES
}
