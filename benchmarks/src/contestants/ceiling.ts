import pg from 'pg'
import type { Contestant, Payload, Producer, Runner } from '../contestant'
import { CeilingRunner } from './ceiling-runner'
import { inChunks } from './chunks'
import { gathered } from './gathered'
import { pendingBySql } from './pending'

const POOL = 10

const SCHEMA = `
create table job (id bigserial primary key, payload text not null, claim bigint, lease timestamptz) with (fillfactor = 50)`
const INSERT_MANY = { name: 'many', text: 'insert into job (payload) select unnest($1::text[])' }
const INSERT_MANY_NOTIFY = {
  name: 'many_notify',
  text: `with added as (insert into job (payload) select unnest($1::text[])) select pg_notify('job', '')`,
}
const INSERT_ONE = { name: 'one', text: 'insert into job (payload) values ($1)' }
const INSERT_ONE_NOTIFY = {
  name: 'one_notify',
  text: `with added as (insert into job (payload) values ($1)) select pg_notify('job', '')`,
}

/**
 * The least that any correct queue must do on this server: a durable insert, a claim that a second worker respects and
 * that runs out, a settlement that only the claimant can make. No priorities, delays, retries, results or history.
 */
function ceiling(name: string, about: string, only: readonly string[] | undefined, one: Enqueue): Contestant {
  return {
    name,
    about,
    server: 'postgres',
    kind: 'bound',
    except: ['history', 'delayed', 'foreign'],
    ...(only && { only }),
    async install(url) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(SCHEMA)
      await client.end()
    },
    async producer(url) {
      const pool = new pg.Pool({ connectionString: url, max: POOL })
      await pool.query('select 1')
      return new CeilingProducer(pool, one(pool))
    },
    async runner(url, handle): Promise<Runner> {
      return CeilingRunner.connect(url, handle)
    },
    pending: (url) => pendingBySql(url, 'exists (select from job)'),
  }
}

type Enqueue = (pool: pg.Pool) => (payload: Payload) => Promise<void>

class CeilingProducer implements Producer {
  constructor(
    private readonly pool: pg.Pool,
    readonly one: (payload: Payload) => Promise<void>,
  ) {}

  many(payloads: readonly Payload[]): Promise<void> {
    return inChunks(payloads, (chunk) =>
      this.pool.query(INSERT_MANY, [chunk.map((payload) => JSON.stringify(payload))]),
    )
  }

  close(): Promise<void> {
    return this.pool.end()
  }
}

function each(statement: { name: string; text: string }): Enqueue {
  return (pool) => async (payload) => {
    await pool.query(statement, [JSON.stringify(payload)])
  }
}

export const ceilingGathered = ceiling(
  'ceiling',
  'raw SQL; single enqueues gathered, one NOTIFY a batch',
  undefined,
  (pool) => gathered((texts) => pool.query(INSERT_MANY_NOTIFY, [texts])),
)

export const ceilingSingle = ceiling(
  'ceiling-each',
  'raw SQL; every enqueue its own statement, no NOTIFY',
  ['single'],
  each(INSERT_ONE),
)

export const ceilingNotify = ceiling(
  'ceiling-notify',
  'raw SQL; every enqueue its own statement with a NOTIFY',
  ['single'],
  each(INSERT_ONE_NOTIFY),
)
