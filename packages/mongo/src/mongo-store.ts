import { MongoClient } from 'mongodb'
import { type CheckedOptions, checkOptions, checkUrl, type MongoStoreOptions, wrongUrl } from './options'
import { Connection } from './server/connection'
import { MongoStore } from './store'

/** Longest wait for a connection, and for the answer of a server that is asked how it is, in ms: well within `timeout`. */
const CONNECT = 4_000

/**
 * The driver asks each server how it is this often, in ms, and not more often: where all connections break at once, asking
 * in that very instant goes to one that is just being closed, and then the driver (7.5) waits for ever.
 */
const HEARTBEAT = 1_000

/**
 * A store on MongoDB 5.0 or later, or what speaks its protocol.
 * @param target a URL, or a `MongoClient` of mongodb, which stays the caller's: it is used, and not closed
 * @throws InvalidError
 * @example
 * createJobs({ store: mongoStore(process.env.MONGODB_URL), tasks })
 */
export function mongoStore(target: string | MongoClient | undefined, options: MongoStoreOptions = {}): MongoStore {
  const checked = checkOptions(options)
  const owned = typeof target !== 'object'
  const client = owned ? clientOf(checkUrl(target), checked) : checkClient(target)
  return new MongoStore(new Connection(client, owned, checked), checked)
}

function clientOf(url: string, { timeout }: CheckedOptions): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'jobs-worker',
      serverSelectionTimeoutMS: timeout,
      connectTimeoutMS: Math.min(timeout, CONNECT),
      heartbeatFrequencyMS: HEARTBEAT,
      minHeartbeatFrequencyMS: HEARTBEAT,
      socketTimeoutMS: timeout,
    })
  } catch (cause) {
    throw wrongUrl('a text that the driver does not take', { cause })
  }
}

function checkClient(client: MongoClient): MongoClient {
  if (typeof client?.db === 'function' && typeof client.startSession === 'function') return client
  throw wrongUrl(client)
}
