import { MongoClient } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { startMongodb } from '../src'

describe.skipIf(!process.env.MONGOMS_SYSTEM_BINARY)('a MongoDB server of our own', () => {
  test('is a replica set of one, and keeps what it acknowledged over a SIGKILL and a restart', async () => {
    await using server = await startMongodb()
    const write = await MongoClient.connect(server.url)
    await write
      .db('test')
      .collection('kept')
      .insertOne({ answer: 42 }, { writeConcern: { w: 'majority', j: true } })
    await write.close()
    await server.kill()
    await server.restart()
    const read = await MongoClient.connect(server.url)
    expect(
      await read
        .db('test')
        .collection('kept')
        .findOne({}, { projection: { _id: 0 } }),
    ).toEqual({ answer: 42 })
    await read.close()
  })
})
