import type { Payload } from '../contestant'

/** Calls that are made while a batch is on its way travel together in the next one. */
export function gathered(send: (texts: readonly string[]) => Promise<unknown>): (payload: Payload) => Promise<void> {
  let waiting: { text: string; resolve: () => void; reject: (error: unknown) => void }[] = []
  let flying = false
  const fly = async () => {
    flying = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await send(batch.map((call) => call.text))
        for (const call of batch) call.resolve()
      } catch (error) {
        for (const call of batch) call.reject(error)
      }
    }
    flying = false
  }
  return (payload) =>
    new Promise((resolve, reject) => {
      waiting.push({ text: JSON.stringify(payload), resolve, reject })
      if (!flying) void fly()
    })
}
