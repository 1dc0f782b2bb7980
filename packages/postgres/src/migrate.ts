import { randomUUID } from 'node:crypto'
import { SchemaMissingError, SchemaTooNewError } from '@jobs-worker/core/store'
import type { Database } from './database'
import { isMissing } from './errors'
import { FUNCTIONS } from './functions'
import { inSchema, type Schema } from './schema'
import lockTables from './sql/tables/lock_tables.sql'
import schedules from './sql/tables/schedules.sql'
import tables from './sql/tables/tables.sql'

/** One step of the schema's history. */
interface Migration {
  readonly version: number
  readonly title: string
  /** The oldest version of this package's schema that goes on working beside it. */
  readonly compatibleFrom: number
  readonly text: string
}

const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    title: 'tables and functions',
    compatibleFrom: 1,
    text: [tables, lockTables, schedules, ...FUNCTIONS].join('\n'),
  },
]

export const SCHEMA_VERSION = MIGRATIONS.length

interface Found {
  readonly version: number
  readonly compatibleFrom: number
  readonly migrator: string | null
}

const NONE: Found = { version: 0, compatibleFrom: 0, migrator: null }

/** What schema the database has; version 0 where it has none. */
export async function findSchema(database: Database, schema: Schema): Promise<Found> {
  try {
    const text = `select version, compatible_from, migrator from ${schema.quoted}.meta`
    const [row] = await database.call({ name: `${schema.name}.version`, text, params: [] })
    if (row === undefined) return NONE
    return {
      version: Number(row.version),
      compatibleFrom: Number(row.compatible_from),
      migrator: String(row.migrator),
    }
  } catch (error) {
    if (isMissing(error)) return NONE
    throw error
  }
}

/** @throws SchemaMissingError, SchemaTooNewError */
export async function checkSchema(database: Database, schema: Schema): Promise<void> {
  const found = await findSchema(database, schema)
  checkCompatible(database, found)
  if (found.version < SCHEMA_VERSION)
    throw new SchemaMissingError('postgres', `schema ${schema.name} of ${database.label}`)
}

/** Brings the schema up to date. Any number of processes may at once: each step runs in the one that gets its lock first. */
export async function migrate(database: Database, schema: Schema): Promise<readonly string[]> {
  const done: string[] = []
  let found = await findSchema(database, schema)
  checkCompatible(database, found)
  for (const migration of MIGRATIONS.slice(found.version)) {
    const me = randomUUID()
    await database.script(inSchema(step(migration, me), schema))
    found = await findSchema(database, schema)
    if (found.migrator === me) done.push(`schema ${schema.name}: version ${migration.version}, ${migration.title}`)
  }
  checkCompatible(database, found)
  return done
}

function checkCompatible({ name }: Database, { version, compatibleFrom }: Found): void {
  if (compatibleFrom > SCHEMA_VERSION) throw new SchemaTooNewError(name, version, compatibleFrom, SCHEMA_VERSION)
}

/** A step that does nothing where another process has done it meanwhile. */
function step({ version, compatibleFrom, text }: Migration, me: string): string {
  return `
select pg_advisory_xact_lock(hashtextextended('{channel} migrate', 0));
do $step$
declare
  v_version int := 0;
begin
  if to_regnamespace('{schema}') is null then
    create schema {schema};
  end if;
  if to_regclass('{schema}.meta') is not null then
    execute 'select version from {schema}.meta' into v_version;
  end if;
  if v_version >= ${version} then
    return;
  end if;
  set local check_function_bodies = off;
  set local client_min_messages = warning;
  execute $migration$${text}$migration$;
  insert into {schema}.meta as m (version, compatible_from, migrator) values (${version}, ${compatibleFrom}, '${me}')
  on conflict (one) do update set version = excluded.version, compatible_from = excluded.compatible_from,
    migrator = excluded.migrator;
end $step$;`
}
