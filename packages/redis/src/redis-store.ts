import { InvalidError } from '@jobs-worker/core/store'
import { type Cluster, Redis } from 'ioredis'
import { Connection } from './connection'
import type { Client, Subscriber } from './driver'
import { NodeSubscriber } from './node-subscriber'
import { type CheckedOptions, checkOptions, checkUrl, type RedisStoreOptions } from './options'
import { RedisStore } from './store'

/** Longest pause between two attempts to connect, in ms. */
const RECONNECT_AFTER = 1_000

/**
 * A store on Redis 6.2 or later, or Valkey.
 * @param target a URL (rediss: for TLS), or a `Redis` or `Cluster` of ioredis, which stays the caller's: it is used, and
 *   not closed
 * @throws InvalidError
 * @example
 * createJobs({ store: redisStore(process.env.REDIS_URL), tasks })
 */
export function redisStore(target: string | Redis | Cluster | undefined, options: RedisStoreOptions = {}): RedisStore {
  const checked = checkOptions(options)
  const connection = typeof target === 'object' ? ofClient(target, checked) : ofUrl(checkUrl(target), checked)
  return new RedisStore(connection, checked)
}

function ofUrl(url: string, options: CheckedOptions): Connection {
  const client = new Redis(url, { ...ownClient(options), maxRetriesPerRequest: 1, lazyConnect: true })
  return new Connection({
    client: client as unknown as Client,
    owned: true,
    subscriber: () => new Redis(url, listening(options)) as unknown as Subscriber,
    timeout: options.timeout,
    whole: true,
    wait: options.wait,
  })
}

function ofClient(client: Redis | Cluster, options: CheckedOptions): Connection {
  if (typeof client?.duplicate !== 'function' || typeof client.evalsha !== 'function') {
    throw new InvalidError('url', client, "a URL like 'redis://host:6379', or a Redis or Cluster of ioredis")
  }
  return new Connection({
    client: client as unknown as Client,
    owned: false,
    subscriber: () => {
      const own = isCluster(client) ? new NodeSubscriber(client, options.timeout) : client.duplicate(listening(options))
      return own as unknown as Subscriber
    },
    timeout: options.timeout,
    whole: !isCluster(client),
    wait: options.wait,
  })
}

function isCluster(client: Redis | Cluster): client is Cluster {
  return 'nodes' in client && typeof client.nodes === 'function'
}

function ownClient({ timeout }: CheckedOptions) {
  return {
    connectTimeout: timeout,
    keepAlive: 10_000,
    // Core sends again what was lost, under the same request number; Connection tells it.
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 10), RECONNECT_AFTER),
    // After a failover the old master refuses writes.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  }
}

function listening(options: CheckedOptions) {
  return { ...ownClient(options), maxRetriesPerRequest: null, lazyConnect: false, autoResubscribe: true }
}
