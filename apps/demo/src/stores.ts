import { InvalidError, memoryStore, type Store } from '@jobs-worker/core'

/** What a store's URL begins with, and how to make such a store. Drivers load only when they are asked for. */
const STORES: Readonly<Record<string, (url: string) => Promise<Store>>> = {
  'memory:': async () => memoryStore(),
  'pglite:': async (url) => (await import('@jobs-worker/postgres')).pgliteStore(directoryOf(url)),
  'postgres:': async (url) => (await import('@jobs-worker/postgres')).postgresStore(url),
  'redis:': async (url) => (await import('@jobs-worker/redis')).redisStore(url),
  'rediss:': async (url) => (await import('@jobs-worker/redis')).redisStore(url),
  'mongodb:': async (url) => (await import('@jobs-worker/mongo')).mongoStore(url),
  'mongodb+srv:': async (url) => (await import('@jobs-worker/mongo')).mongoStore(url),
  'postgresql:': async (url) => (await import('@jobs-worker/postgres')).postgresStore(url),
}

/** @throws InvalidError */
export function checkStore(url: string): string {
  if (STORES[schemeOf(url)] === undefined) {
    throw new InvalidError(
      '--store',
      schemeOf(url),
      'memory:, pglite:FOLDER, postgres://..., redis://... or mongodb://...',
    )
  }
  if (schemeOf(url) === 'pglite:' && directoryOf(url) === '') throw new InvalidError('--store', url, 'pglite:FOLDER')
  return url
}

export function openStore(url: string): Promise<Store> {
  return (STORES[schemeOf(checkStore(url))] as (url: string) => Promise<Store>)(url)
}

/** Whether what is stored is still there when the process is gone. */
export function outlivesProcess(url: string): boolean {
  return schemeOf(url) !== 'memory:'
}

/** The folder of an embedded store; null where the store has none. */
export function folderOf(url: string): string | null {
  return schemeOf(url) === 'pglite:' ? directoryOf(url) : null
}

/** For people to read: without a password. */
export function shown(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//***@')
}

const schemeOf = (url: string) => url.slice(0, url.indexOf(':') + 1)
const directoryOf = (url: string) => url.slice('pglite:'.length)
