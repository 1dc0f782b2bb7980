import { type Capabilities, DatabaseStore, type OpenOptions } from '@jobs-worker/core/store'
import { PostgresAdmin } from './admin'
import { Calls } from './calls'
import { Channel } from './channel'
import { PostgresClaimer } from './claimer'
import type { Database } from './database'
import { PostgresKeeper } from './keeper'
import { Lanes } from './lanes'
import { PostgresLocks } from './locks'
import { checkSchema, migrate } from './migrate'
import { PostgresQuery } from './query'
import { PostgresSchedules } from './schedules'
import type { Schema } from './schema'
import { PostgresSignals } from './signals'
import { PostgresWriter } from './writer'

/** A store on PostgreSQL, whichever way it is reached. */
export class PostgresStore extends DatabaseStore {
  /** @internal Made by `postgresStore` and `pgliteStore`. */
  constructor(capabilities: Capabilities, database: Database, schema: Schema, options: OpenOptions) {
    const calls = new Calls(database, schema)
    const lanes = new Lanes(database, schema)
    const channel = new Channel(database, schema, calls, capabilities.processes === 'many')
    const backing = {
      connect: () => database.open(),
      migrate: () => migrate(database, schema),
      checkSchema: () => checkSchema(database, schema),
      close: async () => {
        await channel.close()
        await database.close()
      },
    }
    super(database.name, capabilities, backing, options, (run) => ({
      writer: new PostgresWriter(calls, channel, () => database.hasRoom()),
      claimer: new PostgresClaimer(calls, channel, lanes),
      keeper: new PostgresKeeper(calls, channel, () => database.tidy(schema.name)),
      query: new PostgresQuery(calls, lanes),
      admin: new PostgresAdmin(calls, channel),
      signals: new PostgresSignals(calls, channel),
      schedules: new PostgresSchedules(calls, channel, run),
      locks: new PostgresLocks(calls, channel, run),
    }))
  }
}
