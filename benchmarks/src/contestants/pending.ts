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
