import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Payload, Runner } from '../contestant'

const LOOPS = 2
const BATCH = 500
const POLL_MS = 1_000
const LEASE_MS = 30_000

/**
 * Settles jobs of one claim and makes the next.
 * KEYS: jobs, ready, leases, set of the old claim, set of the new one
 * ARGV: how many to claim, length of the lease in ms, then the ids of what is settled
 * Returns: ids and payloads of what was claimed
 */
const EXCHANGE = `
if #ARGV > 2 and redis.call('SREM', KEYS[4], unpack(ARGV, 3)) == #ARGV - 2 then
  redis.call('HDEL', KEYS[1], unpack(ARGV, 3))
  if redis.call('EXISTS', KEYS[4]) == 0 then redis.call('ZREM', KEYS[3], KEYS[4]) end
end
local ids = redis.call('LPOP', KEYS[2], ARGV[1])
if not ids then return { {}, {} } end
redis.call('SADD', KEYS[5], unpack(ids))
redis.call('ZADD', KEYS[3], redis.call('TIME')[1] * 1000 + ARGV[2], KEYS[5])
return { ids, redis.call('HMGET', KEYS[1], unpack(ids)) }`
const SHA = createHash('sha1').update(EXCHANGE).digest('hex')

type Claimed = [ids: string[], payloads: string[]]

/** The ceiling's worker: loops that each settle and claim in one round trip while there is work, else wait for a message. */
export class CeilingRedisRunner implements Runner {
  readonly #client: Redis
  readonly #listener: Redis
  readonly #handle: (payload: Payload) => void
  #running = false
  #loops: Promise<void>[] = []
  #sleepers: (() => void)[] = []
  #woken = 0
  #claims = 0

  private constructor(client: Redis, listener: Redis, handle: (payload: Payload) => void) {
    this.#client = client
    this.#listener = listener
    this.#handle = handle
    listener.on('message', () => this.#wake())
  }

  static async connect(url: string, handle: (payload: Payload) => void): Promise<CeilingRedisRunner> {
    const [client, listener] = [new Redis(url), new Redis(url)]
    await client.script('LOAD', EXCHANGE)
    await listener.subscribe('ready')
    return new CeilingRedisRunner(client, listener, handle)
  }

  async start(): Promise<void> {
    this.#running = true
    this.#loops = Array.from({ length: LOOPS }, () => this.#loop())
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#wake()
    await Promise.all(this.#loops)
    this.#client.disconnect()
    this.#listener.disconnect()
  }

  async #loop(): Promise<void> {
    let held: string[] = []
    let claim = 'claim:none'
    while (this.#running || held.length > 0) {
      const seen = this.#woken
      const next = `claim:${process.pid}:${++this.#claims}`
      const keys = ['jobs', 'ready', 'leases', claim, next]
      const [ids, texts] = (await this.#client.evalsha(SHA, keys.length, ...keys, BATCH, LEASE_MS, ...held)) as Claimed
      held = ids
      claim = next
      for (const text of texts) this.#handle(JSON.parse(text))
      if (held.length === 0 && seen === this.#woken && this.#running) await this.#sleep()
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS)
      this.#sleepers.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #wake(): void {
    this.#woken++
    for (const wake of this.#sleepers.splice(0)) wake()
  }
}
