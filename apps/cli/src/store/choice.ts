import type { Store } from '@jobs-worker/core'
import { UsageError } from '../errors'
import { LEVELS, type Level, readAt, readOption, type Sources } from '../options/sources'
import { redact } from '../secrets'
import { SCHEMES } from './schemes'

/** The store that a command works on, before it is made. */
export interface StoreChoice {
  /** As it may be shown: without secrets. */
  readonly label: string
  readonly processes: 'one' | 'many'
  create(): Promise<Store>
}

const DRIVERS = {
  mongo: { scheme: 'mongodb', port: 27_017 },
  postgres: { scheme: 'postgres', port: 5_432 },
  redis: { scheme: 'redis', port: 6_379 },
} as const

/**
 * The store that the strongest source names: `--store`, or `--db` with its helpers.
 * @throws UsageError, InvalidError
 */
export function chooseStore(sources: Sources, cwd: string): StoreChoice {
  const { store } = sources.config
  const made = typeof store === 'object' ? ofConfig(store) : undefined
  for (const level of LEVELS) {
    const found = level === 'config' && made !== undefined ? made : ofLevel(level, sources, cwd)
    if (found !== undefined) return found
  }
  throw new UsageError('which store? Give --store URL, like postgres://localhost/app or pglite:./data, or --db NAME')
}

function ofLevel(level: Level, sources: Sources, cwd: string): StoreChoice | undefined {
  const url = readAt(level, 'store', sources)
  const db = readAt(level, 'db', sources)
  if (url !== undefined && db !== undefined) throw new UsageError('--store and --db exclude each other')
  if (url !== undefined) return ofUrl(url, cwd)
  return db === undefined ? undefined : ofUrl(urlOf(db, sources), cwd)
}

function urlOf(db: string, sources: Sources): string {
  const { scheme, port } = DRIVERS[readOption('driver', sources) ?? 'mongo']
  const host = readOption('host', sources) ?? 'localhost'
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return `${scheme}://${bracketed}:${readOption('port', sources) ?? port}/${encodeURIComponent(db)}`
}

function ofUrl(url: string, cwd: string): StoreChoice {
  const label = redact(url)
  const [, name = '', rest] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? []
  const scheme = SCHEMES[name.toLowerCase()]
  if (scheme === undefined) {
    const known = Object.keys(SCHEMES).map((one) => `${one}:`)
    throw new UsageError(`--store: expected a URL that begins with ${known.join(', ')}, got "${label}"`)
  }
  const { processes, create } = scheme
  return { label, processes, create: () => create(`${name.toLowerCase()}:${rest}`, cwd) }
}

/** Made by hand in the config file: each process that loads the file has its own. */
function ofConfig(store: Store): StoreChoice {
  return { label: store.name, processes: store.capabilities.processes, create: async () => store }
}
