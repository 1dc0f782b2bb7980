import type { Hint, Signal } from '@jobs-worker/core/store'

/** Longest message with hints, in characters. */
const LONGEST = 64 * 1024

/** Names of more queues than this make a wake-up that names none. */
const MOST_QUEUES = 50

/** What crosses on the channel, as JSON: what it is, the sender's own name, and its content. */
export type Payload =
  | readonly ['wake', sender: string, queues: readonly string[] | null]
  | readonly ['paused' | 'resumed', sender: string, queue: string]
  | readonly ['cancel', sender: string]
  | readonly ['hints', sender: string, origin: string, hints: readonly Hint[]]

export function wakePayload(sender: string, queues: readonly string[]): string {
  return JSON.stringify(['wake', sender, queues.length > MOST_QUEUES ? null : queues] satisfies Payload)
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
      return { kind: 'wake', queues: payload[2] }
    case 'paused':
    case 'resumed':
      return { kind: payload[0], queue: payload[2] }
    case 'cancel':
      return { kind: 'cancel' }
    case 'hints':
      return { kind: 'hints', origin: payload[2], hints: payload[3] }
  }
}

/** Hints in messages of bounded length. One that is too long by itself goes without its data. */
export function hintPayloads(sender: string, origin: string, hints: readonly Hint[]): string[] {
  const payloads: string[] = []
  let batch: Hint[] = []
  let length = 0
  const send = () => {
    if (batch.length > 0) payloads.push(JSON.stringify(['hints', sender, origin, batch] satisfies Payload))
    batch = []
    length = 0
  }
  for (const hint of hints) {
    const { data, ...bare } = hint
    const fits = (data?.length ?? 0) < LONGEST / 2
    const size = 200 + (fits ? (data?.length ?? 0) : 0)
    if (length + size > LONGEST) send()
    batch.push(fits ? hint : bare)
    length += size
  }
  send()
  return payloads
}
