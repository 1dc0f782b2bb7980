import { DatabaseStore } from '@jobs-worker/core/store'
import { MongoAdmin } from './admin'
import { Channel } from './channel'
import { MongoClaimer } from './claimer'
import { Ledger } from './counts/ledger'
import { Queues } from './counts/queues'
import { MongoKeeper } from './keeper'
import { MongoLocks } from './locks'
import { checkSchema, migrate } from './migrate'
import type { CheckedOptions } from './options'
import { MongoQuery } from './query'
import { Requests } from './requests'
import { MongoSchedules } from './schedules'
import type { Connection } from './server/connection'
import { MongoSignals } from './signals'
import { Turns } from './turns/turns'
import { MongoWriter } from './writer'

const capabilities = { processes: 'many', durable: true, transactions: true, locks: true } as const

/** A store on MongoDB. */
export class MongoStore extends DatabaseStore {
  /** @internal Made by `mongoStore`. */
  constructor(connection: Connection, { migrate: mayMigrate }: CheckedOptions) {
    const queues = new Queues(connection)
    const ledger = new Ledger(connection)
    const requests = new Requests(connection, ledger)
    const channel = new Channel(connection)
    const turns = new Turns(connection, queues, ledger, channel)
    const writer = new MongoWriter(connection, queues, ledger, channel, turns)
    const around = { connection, requests, queues, writer, ledger, turns }
    const backing = {
      connect: () => connection.check(),
      migrate: () => migrate(connection),
      checkSchema: () => checkSchema(connection),
      close: async () => {
        await Promise.all([channel.close(), requests.close(), ledger.close(), turns.close()])
        await connection.close()
      },
    }
    super('mongo', capabilities, backing, { migrate: mayMigrate }, (run) => ({
      writer,
      claimer: new MongoClaimer(around, channel),
      keeper: new MongoKeeper(connection, queues, ledger, channel, turns),
      query: new MongoQuery(connection, queues, ledger),
      admin: new MongoAdmin(connection, queues, ledger, channel, turns),
      signals: new MongoSignals(connection, queues, channel),
      schedules: new MongoSchedules(connection, queues, ledger, channel, turns, run),
      locks: new MongoLocks(connection, turns, channel, run),
    }))
  }
}
