import { MongoBackend, MongoChangeStreamNotificationChannel } from '@agendajs/mongo-backend'
import { MongoClient } from 'mongodb'
import { agenda } from './agenda'

const JOBS = 'agendaJobs'

/** What has not ended has a time to run at, or is locked. */
const OPEN = { $or: [{ nextRunAt: { $ne: null } }, { lockedAt: { $ne: null } }] }

/** With the change stream that its documentation recommends for a replica set, and the durability that the others have. */
export const agendaMongo = agenda('agenda-mongo', {
  server: 'mongo',
  async open(url) {
    const client = await connect(url)
    const db = client.db()
    return {
      backend: new MongoBackend({ mongo: db, collection: JOBS }),
      notificationChannel: new MongoChangeStreamNotificationChannel({ db, collection: JOBS }),
      close: () => client.close(),
    }
  },
  async pending(url) {
    const client = await connect(url)
    return {
      ask: async () => (await client.db().collection(JOBS).findOne(OPEN)) !== null,
      close: () => client.close(),
    }
  },
})

function connect(url: string): Promise<MongoClient> {
  return MongoClient.connect(url, { writeConcern: { w: 'majority' } })
}
