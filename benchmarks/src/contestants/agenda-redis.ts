import { RedisBackend } from '@agendajs/redis-backend'
import { Redis } from 'ioredis'
import { agenda } from './agenda'

/** Jobs without a next time stand behind all others. */
const NO_TIME = Number.MAX_SAFE_INTEGER

/** With Pub/Sub, which its backend has by itself. */
export const agendaRedis = agenda('agenda-redis', {
  server: 'redis',
  async open(url) {
    const backend = new RedisBackend({ connectionString: url })
    return { backend, close: () => backend.disconnect() }
  },
  async pending(url) {
    const client = new Redis(url)
    return {
      ask: async () => (await client.zcount('agenda:jobs:by_next_run_at', 0, `(${NO_TIME}`)) > 0,
      async close() {
        client.disconnect()
      },
    }
  },
})
