import type { CallerTransaction, CrashableServer, FaultyStore, StoreUnderTest } from '@jobs-worker/store-conformance'
import { FaultProxy, startMongodb } from '@jobs-worker/test-servers'
import type { Document, MongoClient } from 'mongodb'
import { type MongoStoreOptions, mongoStore } from '../src'

const DATABASE = 'conformance'

/** The store on a MongoDB server, a prefix for each namespace; `client` is what stores and transactions share. */
export function onServer(name: string, url: string, client: MongoClient): StoreUnderTest {
  const options = (namespace: string): MongoStoreOptions => ({ database: DATABASE, prefix: `${namespace}_` })
  return {
    name,
    capabilities: { processes: 'many', durable: true, transactions: true, locks: true },
    create: (namespace) => mongoStore(client, options(namespace)),
    drop: (namespace) => drop(client, namespace),
    raw: (namespace, text) => documentsWith(client, namespace, text),
    child: (namespace) => ({
      module: new URL('../dist/index.js', import.meta.url).href,
      factory: 'mongoStore',
      args: [url, options(namespace)],
    }),
    begin: () => begin(client),
    faulty: (namespace) => faulty(url, options(namespace)),
    crashable: (namespace) => crashable(options(namespace)),
  }
}

/** The URL of one server, whoever its replica set says that it is: by way of a proxy it is somebody else. */
export function direct(url: string): string {
  const parsed = new URL(url)
  parsed.search = '?directConnection=true'
  return parsed.href
}

async function collectionsOf(client: MongoClient, namespace: string): Promise<readonly string[]> {
  const all = await client.db(DATABASE).listCollections({}, { nameOnly: true }).toArray()
  return all.map(({ name }) => name).filter((name) => name.startsWith(`${namespace}_`))
}

async function drop(client: MongoClient, namespace: string): Promise<void> {
  const names = await collectionsOf(client, namespace)
  await Promise.all(names.map((name) => client.db(DATABASE).dropCollection(name)))
}

/** Every document of the store's collections in which the text occurs. */
async function documentsWith(client: MongoClient, namespace: string, text: string): Promise<readonly string[]> {
  const names = await collectionsOf(client, namespace)
  const documents = await Promise.all(
    names.map((name) => client.db(DATABASE).collection<Document>(name).find().toArray()),
  )
  return documents
    .flat()
    .map((document) => JSON.stringify(document))
    .filter((document) => document.includes(text))
}

async function begin(client: MongoClient): Promise<CallerTransaction> {
  const session = client.startSession()
  session.startTransaction()
  return {
    tx: session,
    commit: async () => {
      await session.commitTransaction()
      await session.endSession()
    },
    rollback: async () => {
      await session.abortTransaction()
      await session.endSession()
    },
    spoil: async () => {
      const own = client.db(DATABASE).collection<{ _id: string }>('spoilt')
      const twice = () => own.insertOne({ _id: 'twice' }, { session })
      await twice()
        .then(twice)
        .catch(() => undefined)
    },
  }
}

async function faulty(url: string, options: MongoStoreOptions): Promise<FaultyStore> {
  const proxy = await FaultProxy.start(direct(url))
  const store = mongoStore(proxy.url, options)
  return {
    store,
    cut: async () => proxy.cut(),
    block: async () => proxy.refuse(),
    heal: async () => proxy.restore(),
    loseNextReply: async () => void proxy.loseNextReply((request) => request.includes('lost-answer')),
    dispose: async () => {
      proxy.restore()
      await store.close()
      await proxy.close()
    },
  }
}

async function crashable(options: MongoStoreOptions): Promise<CrashableServer> {
  const server = await startMongodb()
  return {
    create: () => mongoStore(server.url, options),
    kill: () => server.kill(),
    restart: () => server.restart(),
    dispose: () => server.close(),
  }
}
