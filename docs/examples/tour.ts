import { createJobs } from '@jobs-worker/core'
import { postgresStore } from '@jobs-worker/postgres'
import pg from 'pg'
import { charge } from './tasks'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const jobs = createJobs({ store: postgresStore(pool), tasks: [charge], queues: { billing: { concurrency: 5 } } })

// enqueue: checked against the schema, typed end to end; concurrent calls share a round trip
const job = await jobs.enqueue(charge, { tenant: '42', cents: 1999 }, { delay: '10m', priority: 1 }) // or at: Date
console.log(job.id, job.deduplicated)
await jobs.enqueueMany(charge, [
  { tenant: '43', cents: 100 },
  { tenant: '44', cents: 200 },
])
await jobs.enqueue('send-mail', { to: 'ada' }) // by name: the task may live in another process

// in a transaction of your own: rolled back means never there
const client = await pool.connect()
await client.query('begin')
await client.query('update tenants set charged = true where id = 42')
await jobs.enqueue(charge, { tenant: '45', cents: 300 }, { tx: client })
await client.query('commit')
client.release()

// workers: in any number of processes
const worker = jobs.worker({ queues: ['billing', 'default'], id: 'WORKER-1' })
await worker.start()

// watch and manage
jobs.on('failed', (event) => console.log(event.id, event.task))
console.log(await job.result({ timeout: '1m' })) // waits, from any process
console.log(await jobs.get(job.id), await jobs.counts())
const page = await jobs.list({ queue: 'billing', states: ['failed'], limit: 50 })
for (const failed of page.jobs) await jobs.retry(failed.id)
await jobs.cancel(job.id)
await jobs.promote({ queue: 'billing' }) // scheduled jobs become due now
await jobs.remove({ states: ['failed'] })
await jobs.pause('billing')
await jobs.resume('billing')

await worker.stop({ timeout: '30s' })
await jobs.close()
await pool.end()
