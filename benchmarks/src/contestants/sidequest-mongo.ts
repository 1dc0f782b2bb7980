import { MongoClient } from 'mongodb'
import { sidequest } from './sidequest'

export const sidequestMongo = sidequest('sidequest-mongo', {
  server: 'mongo',
  driver: '@sidequest/mongo-backend',
  async pending(url) {
    const client = await MongoClient.connect(url)
    const open = { state: { $in: ['waiting', 'claimed', 'running'] } }
    return {
      ask: async () => (await client.db().collection('sidequest_jobs').findOne(open)) !== null,
      close: () => client.close(),
    }
  },
})
