import { memoryStore, type Store } from '@jobs-worker/core'
import { UsageError } from '../errors'
import { importPackage } from '../packages'
import { redact } from '../secrets'

/** How to make a store of a URL's scheme. */
export interface Scheme {
  /** 'one': no second process may use the store while this one does. */
  readonly processes: 'one' | 'many'
  /** @param cwd where packages of the user's project are looked for */
  create(url: string, cwd: string): Promise<Store>
}

const postgres: Scheme = {
  processes: 'many',
  create: async (url) => {
    // The driver would find out too, at its first connection, and with a stack instead of a sentence.
    if (!URL.canParse(url)) throw new UsageError(`--store: this is not a URL: ${redact(url)}`)
    return (await import('@jobs-worker/postgres')).postgresStore(url)
  },
}
const redis = adapter('@jobs-worker/redis', 'redisStore')
const mongo = adapter('@jobs-worker/mongo', 'mongoStore')

export const SCHEMES: Readonly<Record<string, Scheme>> = {
  postgres,
  postgresql: postgres,
  redis,
  rediss: redis,
  mongodb: mongo,
  'mongodb+srv': mongo,
  pglite: {
    processes: 'one',
    create: async (url) => {
      const directory = url.slice('pglite:'.length).replace(/^\/\/(?=.)/, '')
      const { pgliteStore } = await import('@jobs-worker/postgres')
      return directory === '' ? pgliteStore() : pgliteStore(directory)
    },
  },
  memory: { processes: 'one', create: async () => memoryStore() },
}

/** A store whose package the user's project has, or is told to get. */
function adapter(name: string, factory: string): Scheme {
  return {
    processes: 'many',
    create: async (url, cwd) => {
      const module = await importPackage(name, cwd, `a store on ${url.slice(0, url.indexOf(':'))}`)
      return (module[factory] as (url: string) => Store)(url)
    },
  }
}
