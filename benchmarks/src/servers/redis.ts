import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@jobs-worker/test-servers'
import { Redis } from 'ioredis'
import type { Database, Server } from './server'

export type Persistence = 'none' | 'aof'

const DATABASES = 64
const SETTINGS: Record<Persistence, Record<string, string>> = {
  none: {},
  // Nothing is rewritten while somebody is measured.
  aof: { appendonly: 'yes', appendfsync: 'everysec', 'auto-aof-rewrite-percentage': '0' },
}
const STATED: Record<Persistence, string> = { none: 'no persistence', aof: 'AOF everysec' }

/** A throw-away Redis with stock settings, where each measurement gets one of its numbered databases. */
export async function redisServer(persistence: Persistence): Promise<Server> {
  const server = await startRedis({ settings: { databases: String(DATABASES), ...SETTINGS[persistence] } })
  const admin = new Redis(server.url)
  const free = Array.from({ length: DATABASES - 1 }, (_, n) => String(n + 1))
  const version = /redis_version:(\S+)/.exec(await admin.info('server'))?.[1]

  const take = (): Database => {
    const name = free.shift()
    if (name === undefined) throw new Error(`more than ${DATABASES - 1} databases are in use`)
    return { name, url: `${server.url}/${name}` }
  }

  return {
    version: `Redis ${version} (${STATED[persistence]})`,
    pid: server.pid,
    async create() {
      return take()
    },
    async copy(template) {
      const copy = take()
      await admin.select(Number(template.name))
      for await (const keys of admin.scanStream({ count: 1_000 })) {
        const copies = admin.pipeline()
        for (const key of keys as string[]) copies.copy(key, key, 'DB', copy.name)
        await copies.exec()
      }
      return copy
    },
    async settle() {
      await written(admin)
    },
    async ready() {
      await written(admin)
    },
    async size() {
      return Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
    },
    async written() {
      if (persistence === 'none') return null
      await written(admin)
      return Number(/aof_current_size:(\d+)/.exec(await admin.info('persistence'))?.[1])
    },
    async drop(database) {
      await admin.select(Number(database.name))
      await admin.flushdb('SYNC')
      free.push(database.name)
    },
    async close() {
      admin.disconnect()
      await server.close()
    },
  }
}

/** What an append-only file has still to write is written; nothing to do where there is none. */
async function written(admin: Redis): Promise<void> {
  while (!/aof_enabled:0|aof_buffer_length:0[\s\S]*aof_pending_bio_fsync:0/.test(await admin.info('persistence')))
    await sleep(50)
}
