import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../clock'
import type { Payload, Producer } from '../contestant'
import type { ProducerCalls } from './calls'

const WARM_UP = 200

export function producerCalls(producer: Producer): ProducerCalls {
  return {
    async fill({ jobs, kind = 'due', padding = 0 }) {
      const payloads = numbered(jobs, padding)
      const enqueue = kind === 'due' ? producer.many : kind === 'later' ? producer.later : producer.foreign
      if (!enqueue) throw new Error(`this contestant cannot enqueue jobs of the kind '${kind}'`)
      const from = now()
      await enqueue.call(producer, payloads)
      return now() - from
    },

    async single({ jobs, inFlight, within }) {
      await inParallel(WARM_UP, inFlight, (n) => producer.one({ n }))
      const from = now()
      const enqueued = await inParallel(jobs, inFlight, (n) => producer.one({ n }), from + within)
      return { enqueued, elapsed: now() - from }
    },

    async pulse({ jobs, minGap, maxGap }) {
      for (let n = 0; n < jobs; n++) {
        await sleep(minGap + Math.random() * (maxGap - minGap))
        await producer.one({ n, at: now() })
      }
    },

    async steady({ jobs, rate }) {
      const from = now()
      const calls: Promise<void>[] = []
      while (calls.length < jobs) {
        const due = Math.min(jobs, Math.floor(((now() - from) * rate) / 1_000) + 1)
        // The instant the job was meant to leave at, not the one it did: a producer that lags is not excused.
        for (let n = calls.length; n < due; n++) calls.push(producer.one({ n, at: from + (n * 1_000) / rate }))
        await sleep(1)
      }
      await Promise.all(calls)
    },

    close: () => producer.close(),
  }
}

function numbered(jobs: number, padding: number): Payload[] {
  return Array.from({ length: jobs }, (_, n) => (padding === 0 ? { n } : { n, text: 'x'.repeat(padding) }))
}

/** Begins no more after `until`; answers how many were begun, when all of them are done. */
async function inParallel(
  count: number,
  width: number,
  act: (n: number) => Promise<void>,
  until = Number.POSITIVE_INFINITY,
): Promise<number> {
  let next = 0
  const lane = async () => {
    while (next < count && now() < until) await act(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
  return next
}
