import { randomUUID } from 'node:crypto'
import type { Contestant, Pending, Producer } from '../contestant'
import { openMongo } from './ceiling-mongo-jobs'
import { CeilingMongoRunner } from './ceiling-mongo-runner'
import { inChunks } from './chunks'

/**
 * The least that any correct queue must do on MongoDB: a durable insert, a claim that a second worker respects and that runs
 * out, a settlement that only the claimant can make. No priorities, delays, retries, results or history. Single enqueues are
 * not gathered; a signal is sent while none is on its way.
 */
export const ceilingMongo: Contestant = {
  name: 'ceiling-mongo',
  about: 'bare find, updateMany and deleteMany of 500; single enqueues by insertOne, a change stream on signals',
  server: 'mongo',
  kind: 'bound',
  except: ['history', 'delayed', 'foreign'],
  async install(url) {
    const { client, db, jobs } = await openMongo(url)
    await db.createCollection('signals')
    await jobs.createIndex({ lease: 1, _id: 1 })
    await client.close()
  },
  async producer(url): Promise<Producer> {
    const { client, db, jobs } = await openMongo(url)
    const signals = db.collection<{ _id: string }>('signals')
    let signalling: Promise<unknown> | null = null
    const signal = () => {
      signalling ??= signals.insertOne({ _id: randomUUID() }).finally(() => {
        signalling = null
      })
    }
    return {
      async one(payload) {
        await jobs.insertOne({ payload: JSON.stringify(payload), lease: 0 })
        signal()
      },
      many: (payloads) =>
        inChunks(payloads, (chunk) =>
          jobs.insertMany(chunk.map((payload) => ({ payload: JSON.stringify(payload), lease: 0 }))),
        ),
      async close() {
        await signalling
        await client.close()
      },
    }
  },
  runner: (url, handle) => CeilingMongoRunner.connect(url, handle),
  async pending(url): Promise<Pending> {
    const { client, jobs } = await openMongo(url)
    return {
      ask: async () => (await jobs.findOne({}, { projection: { _id: 1 } })) !== null,
      close: () => client.close(),
    }
  },
}
