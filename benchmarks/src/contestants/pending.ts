import type { Store } from '@jobs-worker/core'
import pg from 'pg'
import type { Pending } from '../contestant'

/** Pending for the contestants on PostgreSQL: `sql` answers one boolean column. */
export async function pendingBySql(url: string, sql: string): Promise<Pending> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return {
    async ask() {
      const { rows } = await client.query<{ pending: boolean }>(`select (${sql}) as pending`)
      return rows[0]?.pending ?? false
    },
    close: () => client.end(),
  }
}

/** Pending for jobs-worker, by what its store counts. */
export async function pendingByCounts(store: Store): Promise<Pending> {
  await store.open()
  return {
    async ask() {
      const queues = await store.queues()
      return queues.some(({ counts }) => counts.queued + counts.running > 0)
    },
    close: () => store.close(),
  }
}
