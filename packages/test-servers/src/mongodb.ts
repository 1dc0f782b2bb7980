import { MongoClient, MongoServerError } from 'mongodb'
import { MongoBinary } from 'mongodb-memory-server'
import { scratchDirectory } from './scratch'
import { startLocal, type TestServer } from './server'

const ALREADY_INITIALIZED = 23
const ELECTION_TIMEOUT = 30_000

export interface MongodbOptions {
  /** false: a server that stands alone, without transactions and change streams. @default true */
  readonly replicaSet?: boolean
}

/**
 * A throw-away MongoDB server on a free port of 127.0.0.1, by default a replica set of one node. mongodb-memory-server finds the
 * program: MONGOMS_SYSTEM_BINARY names one that is there, else it downloads one.
 */
export async function startMongodb({ replicaSet = true }: MongodbOptions = {}): Promise<TestServer> {
  const command = await MongoBinary.getPath()
  return startLocal(async (port) => {
    const directory = scratchDirectory('mongodb')
    const own = ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', directory]
    const args = replicaSet ? [...own, '--replSet', 'rs0'] : own
    const url = `mongodb://127.0.0.1:${port}/${replicaSet ? '?replicaSet=rs0' : ''}`
    return {
      kind: 'mongodb',
      url,
      port,
      directory,
      process: { command, args, ready: 'Waiting for connections', cwd: directory },
      ...(replicaSet && { afterStart: () => becomePrimary(port) }),
    }
  })
}

async function becomePrimary(port: number): Promise<void> {
  const host = `127.0.0.1:${port}`
  const client = await MongoClient.connect(`mongodb://${host}/?directConnection=true`)
  try {
    const admin = client.db('admin')
    await admin.command({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host }] } }).catch(unlessInitialized)
    const deadline = Date.now() + ELECTION_TIMEOUT
    while (!(await admin.command({ hello: 1 })).isWritablePrimary) {
      if (Date.now() > deadline) throw new Error(`mongod on ${host} did not become primary in ${ELECTION_TIMEOUT} ms`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } finally {
    await client.close()
  }
}

function unlessInitialized(error: unknown): void {
  if (!(error instanceof MongoServerError) || error.code !== ALREADY_INITIALIZED) throw error
}
