import { pendingBySql } from './pending'
import { sidequest } from './sidequest'

export const sidequestPostgres = sidequest('sidequest-postgres', {
  server: 'postgres',
  driver: '@sidequest/postgres-backend',
  pending: (url) =>
    pendingBySql(url, `exists (select from sidequest_jobs where state in ('waiting', 'claimed', 'running'))`),
})
