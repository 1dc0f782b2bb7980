import { MongoClient } from 'mongodb'
import { Connection } from './connection'
import { type CheckedOptions, checkOptions, checkUrl, type MongoStoreOptions, wrongUrl } from './options'
import { MongoStore } from './store'

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
      connectTimeoutMS: timeout,
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
