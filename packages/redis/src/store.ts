import { DatabaseStore } from '@jobs-worker/core/store'
import { RedisAdmin } from './admin'
import { LocksApart } from './apart/locks-apart'
import { Tending } from './apart/tending'
import { Channel } from './channel'
import { RedisClaimer } from './claimer'
import type { Connection } from './connection'
import { DueTimes } from './due-times'
import { ExchangeCalls } from './exchange-call'
import { RedisKeeper } from './keeper'
import { Keys } from './keys'
import { RedisLocks } from './locks'
import { checkSchema, migrate } from './migrate'
import type { CheckedOptions } from './options'
import { RedisQuery } from './query'
import { Queues } from './queues'
import { RedisSchedules } from './schedules'
import { RedisSignals } from './signals'
import { RedisWriter } from './writer'

/** A store on Redis. */
export class RedisStore extends DatabaseStore {
  /** @internal Made by `redisStore`. */
  constructor(connection: Connection, { prefix, migrate: mayMigrate, durable, allowEviction }: CheckedOptions) {
    const keys = new Keys(prefix)
    const queues = new Queues(connection, keys)
    const due = new DueTimes(connection, keys)
    const channel = new Channel(connection, keys)
    const writer = new RedisWriter(connection, keys, queues, due, channel)
    const calls = new ExchangeCalls(connection, keys, queues, channel)
    connection.share(keys.common)
    const apart = connection.whole ? null : new LocksApart(connection, keys, channel)
    const tending = apart && new Tending(connection, keys, queues, apart)
    const backing = {
      connect: () => connection.check(allowEviction),
      migrate: () => migrate(connection, keys),
      checkSchema: () => checkSchema(connection, keys),
      close: async () => {
        await channel.close()
        await connection.close()
      },
    }
    const capabilities = { processes: 'many', durable, transactions: false, locks: true } as const
    super('redis', capabilities, backing, { migrate: mayMigrate }, (run) => ({
      writer,
      claimer: new RedisClaimer(connection, keys, queues, due, calls, writer, apart),
      keeper: new RedisKeeper(connection, keys, queues, due, channel, tending),
      query: new RedisQuery(connection, keys, queues),
      admin: new RedisAdmin(connection, keys, queues, due, channel),
      signals: new RedisSignals(connection, keys, queues, channel),
      schedules: new RedisSchedules(connection, keys, queues, due, channel, run),
      locks: new RedisLocks(connection, keys, queues, channel, apart, run),
    }))
  }
}
