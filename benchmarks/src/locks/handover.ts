import { setTimeout as sleep } from 'node:timers/promises'
import { createJobs, defineTask } from '@jobs-worker/core'
import { now } from '../clock'
import { deferred } from '../deferred'
import { percentile } from '../statistics'
import type { StoreKind } from './stores'

export interface Latency {
  readonly p50: number
  readonly p99: number
}

/** From the call that enqueues to the handler, where the worker is idle. */
export async function wakeUp(kind: StoreKind, jobs: number): Promise<Latency> {
  const begun: number[] = []
  const task = defineTask({ name: 'wake', run: async (_: number) => void begun.push(now()) })
  const place = await kind.place()
  const client = createJobs({ store: place.open(), tasks: [task] })
  const worker = createJobs({ store: place.open(), tasks: [task] })
  await worker.worker().start()
  const latencies: number[] = []
  for (let n = 0; n < jobs; n++) {
    const asked = now()
    await (await client.enqueue(task, n)).result()
    latencies.push((begun[n] as number) - asked)
    await sleep(10)
  }
  await Promise.all([client.close(), worker.close()])
  await place.close()
  return latency(latencies)
}

/** From the end of a handler to the beginning of the next one that waited for its lock, over two workers. */
export async function handOver(kind: StoreKind, jobs: number): Promise<Latency> {
  const begun: number[] = []
  const ended: number[] = []
  const last = deferred<void>()
  const task = defineTask({
    name: 'chain',
    locks: () => ['the one'],
    async run(_: number) {
      begun.push(now())
      await sleep(10)
      if (ended.push(now()) === jobs) last.resolve()
    },
  })
  const place = await kind.place()
  const clients = [0, 1].map(() => createJobs({ store: place.open(), tasks: [task] }))
  const [client] = clients
  if (client === undefined) throw new Error('no client')
  await client.enqueueMany(
    task,
    Array.from({ length: jobs }, (_, n) => n),
  )
  await Promise.all(clients.map((one) => one.worker().start()))
  // Hundreds that wait for results here would look for them once a second, between an end and the next beginning.
  await last.promise
  await Promise.all(clients.map((one) => one.close()))
  await place.close()
  return latency(begun.slice(1).map((at, n) => at - (ended[n] as number)))
}

function latency(all: readonly number[]): Latency {
  return { p50: percentile(all, 0.5), p99: percentile(all, 0.99) }
}
