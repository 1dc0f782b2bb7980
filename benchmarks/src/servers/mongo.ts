import { startMongodb } from '@jobs-worker/test-servers'
import { type Db, MongoClient } from 'mongodb'
import { writtenByTree } from '../proc'
import type { Database, Server } from './server'

/** What an index is told by that is no part of its definition. */
const NOT_ITS_DEFINITION = ['v', 'ns', 'storageEngine']
const COMMAND_NOT_FOUND = 59

/**
 * A throw-away MongoDB with stock settings, a replica set of one node: what a majority has acknowledged is in its journal.
 * Each measurement gets a database of its own.
 */
export async function mongoServer(): Promise<Server> {
  const server = await startMongodb()
  const client = await MongoClient.connect(server.url, { writeConcern: { w: 'majority' } })
  const admin = client.db('admin')
  const { version } = await admin.command({ buildInfo: 1 })
  let databases = 0

  const take = (): Database => {
    const name = `bench_${++databases}`
    const url = new URL(server.url)
    url.pathname = `/${name}`
    return { name, url: url.href }
  }
  // Everything is on the disk; a server that stands in for MongoDB may know no such step.
  const flush = async () => {
    await admin.command({ fsync: 1 }).catch((error) => {
      if (error.code !== COMMAND_NOT_FOUND) throw error
    })
  }

  return {
    version: `MongoDB ${version} (journaled, write concern majority)`,
    pid: server.pid,
    async create() {
      return take()
    },
    async copy(template) {
      const copy = take()
      const from = client.db(template.name)
      for (const { name } of await from.listCollections({}, { nameOnly: true }).toArray())
        await copyCollection(from, client.db(copy.name), name)
      return copy
    },
    settle: flush,
    ready: flush,
    async size(database) {
      await flush()
      const { dataSize, storageSize, indexSize } = await client.db(database.name).command({ dbStats: 1 })
      return (storageSize ?? dataSize) + indexSize
    },
    async written() {
      const { wiredTiger } = await admin.command({ serverStatus: 1 })
      const bytes = wiredTiger?.log?.['log bytes written']
      return bytes === undefined ? writtenByTree(server.pid) : Number(bytes)
    },
    async drop(database) {
      await client.db(database.name).dropDatabase()
    },
    async close() {
      await client.close()
      await server.close()
    },
  }
}

async function copyCollection(from: Db, to: Db, name: string): Promise<void> {
  const indexes = await from.collection(name).indexes()
  await to.createCollection(name)
  const own = indexes.filter((index) => index.name !== '_id_')
  for (const index of own) for (const field of NOT_ITS_DEFINITION) delete index[field]
  if (own.length > 0) await to.collection(name).createIndexes(own)
  await from
    .collection(name)
    .aggregate([{ $merge: { into: { db: to.databaseName, coll: name } } }])
    .toArray()
}
