import type { Queue, Worker } from 'bullmq'
import type { Contestant, Payload, Producer, Runner, ServerKind } from '../contestant'
import { inChunks } from './chunks'

export const NAME = 'bench'
export const CONCURRENCY = 100

export function complain(error: Error): void {
  console.error('bullmq:', error)
}

const HOUR = 3_600_000

/** What is used of BullMQ's classes, which are the same wherever it keeps its jobs. */
type AnyQueue = Pick<Queue<Payload>, 'add' | 'addBulk' | 'getJobCounts' | 'waitUntilReady'>
type AnyWorker = Pick<Worker<Payload>, 'run' | 'waitUntilReady' | 'close'>

/** BullMQ on one of its databases. */
export interface Place {
  readonly server: ServerKind
  /** @param removeOnComplete whether finished jobs are removed */
  queue(url: string, removeOnComplete: boolean): { readonly queue: AnyQueue; close(): Promise<void> }
  /** Does not run by itself. */
  worker(
    url: string,
    handle: (payload: Payload) => unknown,
  ): { readonly worker: AnyWorker /** After the worker. */; close(): Promise<void> }
}

export function bullmq(
  name: string,
  about: string,
  { server, queue: connect, worker: work }: Place,
  removeOnComplete: boolean,
  only?: readonly string[],
): Contestant {
  return {
    name,
    about,
    server,
    kind: 'peer',
    results: true,
    // A worker takes every job of its queue, whatever its name.
    except: ['foreign'],
    ...(only && { only }),
    async install(url) {
      const { queue, close } = connect(url, removeOnComplete)
      await queue.waitUntilReady()
      await close()
    },
    async producer(url): Promise<Producer> {
      const { queue, close } = connect(url, removeOnComplete)
      await queue.waitUntilReady()
      const add = (payloads: readonly Payload[], delay: number) =>
        inChunks(payloads, (chunk) => queue.addBulk(chunk.map((data) => ({ name: NAME, data, opts: { delay } }))))
      return {
        async one(payload) {
          await queue.add(NAME, payload)
        },
        many: (payloads) => add(payloads, 0),
        later: (payloads) => add(payloads, HOUR),
        close,
      }
    },
    async runner(url, handle): Promise<Runner> {
      const { worker, close } = work(url, handle)
      await worker.waitUntilReady()
      return {
        async start() {
          void worker.run()
        },
        async stop() {
          await worker.close()
          await close()
        },
      }
    },
    async pending(url) {
      const { queue, close } = connect(url, removeOnComplete)
      return {
        async ask() {
          const { wait = 0, active = 0 } = await queue.getJobCounts('wait', 'active')
          return wait + active > 0
        },
        close,
      }
    },
  }
}
