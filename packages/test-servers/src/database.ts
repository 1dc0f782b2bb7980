import { randomBytes } from 'node:crypto'
import { MongoClient } from 'mongodb'
import pg from 'pg'

export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  readonly name: string
  drop(): Promise<void>
}

/** An empty database of its own on a PostgreSQL or MongoDB server, so that tests do not see what others stored. */
export async function createDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const mongodb = url.protocol === 'mongodb:'
  // MongoDB makes a database with the first thing that is stored in it.
  if (!mongodb) await statement(serverUrl, `create database ${name}`)
  const drop = mongodb
    ? () => dropMongodb(url.href)
    : () => statement(serverUrl, `drop database if exists ${name} with (force)`)
  return { url: url.href, name, drop, [Symbol.asyncDispose]: drop }
}

async function statement(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function dropMongodb(url: string): Promise<void> {
  const client = await MongoClient.connect(url)
  try {
    await client.db().dropDatabase()
  } finally {
    await client.close()
  }
}
