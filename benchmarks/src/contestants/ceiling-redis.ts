import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Contestant, Payload, Producer } from '../contestant'
import { CeilingRedisRunner } from './ceiling-redis-runner'
import { inChunks } from './chunks'
import { gathered } from './gathered'

/**
 * The least that any correct queue must do on Redis: a job has an id under which it can be found, and a place in a list; a
 * claim moves ids into a set of its own, with an entry that tells when it runs out; a settlement, job by job, finds nothing
 * where the claim is another's. No priorities, delays, retries, results or history.
 */
export const ceilingRedis: Contestant = {
  name: 'ceiling-redis',
  about: 'plain commands and one script; single enqueues gathered, one PUBLISH a batch',
  server: 'redis',
  kind: 'bound',
  except: ['history', 'delayed', 'foreign'],
  async install() {},
  async producer(url): Promise<Producer> {
    const client = new Redis(url)
    await client.ping()
    const origin = randomBytes(6).toString('base64')
    let jobs = 0
    const store = (texts: readonly string[]) => {
      const ids = texts.map(() => `${origin}${++jobs}`)
      const bodies = texts.flatMap((text, at) => [ids[at] as string, text])
      return client
        .multi()
        .hset('jobs', ...bodies)
        .rpush('ready', ...ids)
    }
    return {
      one: gathered((texts) => store(texts).publish('ready', '').exec()),
      many: (payloads) =>
        inChunks(payloads, (chunk) => store(chunk.map((payload: Payload) => JSON.stringify(payload))).exec()),
      async close() {
        client.disconnect()
      },
    }
  },
  runner: (url, handle) => CeilingRedisRunner.connect(url, handle),
  async pending(url) {
    const client = new Redis(url)
    return {
      ask: async () => (await client.exists('jobs')) > 0,
      async close() {
        client.disconnect()
      },
    }
  },
}
