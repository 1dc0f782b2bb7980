import { Cluster } from 'ioredis'
import { redisStore } from '../../dist/index.js'

/** The store of a process of its own, with a client that ends with it. */
export function clusterStore(ports, options) {
  const client = new Cluster(ports.map((port) => ({ host: '127.0.0.1', port })))
  const store = redisStore(client, options)
  const close = store.close.bind(store)
  store.close = async () => {
    await close()
    client.disconnect()
  }
  return store
}
