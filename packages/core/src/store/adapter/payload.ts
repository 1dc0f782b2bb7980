import type { Hint, Signal } from '../port'

/** Names of more queues than this make a wake-up that names none. */
const MOST_QUEUES = 50

/**
 * What crosses on a channel, as JSON: what it is, the sender's own name, and its content.
 * `release`: jobs came back to where the others have claimed already.
 */
export type Payload =
  | readonly ['wake' | 'release', sender: string, queues: readonly string[] | null]
  | readonly ['paused' | 'resumed', sender: string, queue: string]
  | readonly ['cancel' | 'unlocked', sender: string]
  | readonly ['hints', sender: string, origin: string, hints: readonly Hint[]]

/** Very many queues, or more than `longest` bytes of their names, are any queue. */
export function encodePayload(payload: Payload, longest: number): string {
  const text = JSON.stringify(payload)
  if ((payload[0] !== 'wake' && payload[0] !== 'release') || payload[2] === null) return text
  const short = payload[2].length <= MOST_QUEUES && byteLength(text) <= longest
  return short ? text : JSON.stringify([payload[0], payload[1], null])
}

/** null: what somebody else says there. */
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

/** Hints in as few payloads of at most `longest` bytes as hold them. One that is too long by itself goes without its data. */
export function encodeHints(sender: string, origin: string, hints: readonly Hint[], longest: number): string[] {
  const head = JSON.stringify(['hints', sender, origin, []]).slice(0, -2)
  const room = longest - byteLength(head) - 2
  const payloads: string[] = []
  let batch: string[] = []
  let bytes = 0
  const send = () => {
    if (batch.length > 0) payloads.push(`${head}${batch.join(',')}]]`)
    batch = []
    bytes = 0
  }
  for (const hint of hints) {
    const text = textOf(hint, room)
    const size = byteLength(text) + 1
    if (bytes + size > room) send()
    batch.push(text)
    bytes += size
  }
  send()
  return payloads
}

function textOf(hint: Hint, room: number): string {
  const text = JSON.stringify(hint)
  if (byteLength(text) < room) return text
  const { data: _, ...bare } = hint
  return JSON.stringify(bare)
}

const encoder = new TextEncoder()

function byteLength(text: string): number {
  return encoder.encode(text).length
}
