import type { PGliteInterface } from '@electric-sql/pglite'
import { InvalidError, StoreConfigError } from '@jobs-worker/core/store'
import { DirectoryLock } from './directory-lock'
import { PGliteDatabase, type PGliteSource } from './driver-pglite'
import { checkSchemaOptions, type SchemaOptions } from './options'
import { makeSchema } from './schema'
import { PostgresStore } from './store'

export type PGliteStoreOptions = SchemaOptions

/**
 * A store on PostgreSQL embedded in this process: nothing to install or start. One process at a time.
 * @param target a directory, which is made where it is missing; or a `PGlite`, which stays the caller's; without, the
 * jobs are gone with the process
 * @throws InvalidError
 */
export function pgliteStore(target?: string | PGliteInterface, options: PGliteStoreOptions = {}): PostgresStore {
  const { schema, migrate } = checkSchemaOptions(options)
  const source = typeof target === 'object' ? ofInstance(target) : ofDirectory(target)
  const durable = typeof target === 'object' ? isDurable(target) : target !== undefined
  const capabilities = { processes: 'one', durable, transactions: true, locks: true } as const
  return new PostgresStore(capabilities, new PGliteDatabase(source), makeSchema(schema), { migrate })
}

function ofInstance(db: PGliteInterface): PGliteSource {
  if (typeof db?.query !== 'function' || typeof db.transaction !== 'function') {
    throw new InvalidError('directory', db, 'a directory, or a PGlite')
  }
  const make = async () => {
    await db.waitReady
    return db
  }
  return { label: 'the given PGlite', owned: false, make, closed: async () => {} }
}

function ofDirectory(directory: string | undefined): PGliteSource {
  if (directory === undefined) {
    return { label: 'memory', owned: true, make: () => load(undefined), closed: async () => {} }
  }
  if (typeof directory !== 'string' || directory === '') {
    throw new InvalidError('directory', directory, 'a directory, or a PGlite')
  }
  const lock = new DirectoryLock(directory)
  const make = async () => {
    await lock.take()
    try {
      return await load(directory)
    } catch (error) {
      await lock.release()
      throw error
    }
  }
  return { label: directory, owned: true, make, closed: () => lock.release() }
}

/** An optional dependency: only who embeds the database installs it. */
async function load(directory: string | undefined): Promise<PGliteInterface> {
  let module: typeof import('@electric-sql/pglite')
  try {
    module = await import('@electric-sql/pglite')
  } catch (error) {
    throw new StoreConfigError(
      'pglite',
      'it needs the package @electric-sql/pglite: npm install @electric-sql/pglite',
      {
        cause: error,
      },
    )
  }
  return module.PGlite.create(directory === undefined ? {} : { dataDir: directory })
}

function isDurable(db: PGliteInterface): boolean {
  const { dataDir } = db as { dataDir?: string }
  return dataDir !== undefined && dataDir !== '' && !dataDir.startsWith('memory://')
}
