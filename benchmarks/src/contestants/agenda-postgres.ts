import { PostgresBackend } from '@agendajs/postgres-backend'
import { agenda } from './agenda'
import { pendingBySql } from './pending'

/** With LISTEN and NOTIFY, which its backend has by itself. */
export const agendaPostgres = agenda('agenda-postgres', {
  server: 'postgres',
  async open(url) {
    const backend = new PostgresBackend({ connectionString: url })
    return { backend, close: () => backend.disconnect() }
  },
  // What has not ended has a time to run at, or is locked.
  pending: (url) =>
    pendingBySql(url, 'exists (select from agenda_jobs where next_run_at is not null or locked_at is not null)'),
})
