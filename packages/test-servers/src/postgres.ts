import { join } from 'node:path'
import { postgresBinaries, run } from './postgres-binaries'
import { scratchDirectory } from './scratch'
import { startLocal, type TestServer } from './server'
import { unprivilegedAccount } from './unprivileged'

export interface PostgresOptions {
  /** Settings of postgresql.conf over the stock ones, e.g. `{ max_connections: '200' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

const READY = 'database system is ready to accept connections'

/** A throw-away PostgreSQL server on a free port of 127.0.0.1, with stock settings; everyone is trusted. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestServer> {
  const account = unprivilegedAccount()
  const { initdb, postgres } = await postgresBinaries(account)
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...options.settings }
  return startLocal(async (port) => {
    const directory = scratchDirectory('postgres', account)
    const data = join(directory, 'data')
    const flags = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-sync']
    await run(initdb, [`--pgdata=${data}`, ...flags], { cwd: directory, ...account })
    const set = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    return {
      kind: 'postgres',
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      port,
      directory,
      process: {
        command: postgres,
        args: ['-D', data, '-p', String(port), ...set],
        ready: READY,
        stopSignal: 'SIGINT', // PostgreSQL's fast shutdown: it ends the sessions and writes the data
        account,
        cwd: directory,
      },
    }
  })
}
