import { duration, flag, integer, list, oneOf, type Parse, text } from './kinds'

interface OptionEntry<T> {
  readonly flag: string
  readonly help: string
  readonly parse: Parse<T>
  /** Its field in the config file; absent where the file has none. */
  readonly config?: string
}

function option<T>(flagText: string, parse: Parse<T>, help: string, config?: string): OptionEntry<T> {
  return { flag: flagText, parse, help, ...(config === undefined ? {} : { config }) }
}

/** The options that a flag, a variable (JOBS_ and the flag's name) and most of them the config file can give. */
export const OPTIONS = {
  config: option('--config <file>', text, 'settings file (default: jobs.config.ts or .js, where there is one)'),
  store: option(
    '--store <url>',
    text,
    'postgres:, redis:, rediss:, mongodb:, mongodb+srv:, pglite:DIR or memory:',
    'store',
  ),
  db: option('--db <name>', text, 'database by name instead of --store'),
  driver: option('--driver <name>', oneOf('mongo', 'postgres', 'redis'), 'with --db (default: mongo)'),
  host: option('--host <name>', text, 'with --db (default: localhost)'),
  port: option('--port <n>', integer(1, 65_535), "with --db (default: the driver's usual one)"),
  tasks: option(
    '--tasks <file|dir|glob...>',
    list,
    'modules that export tasks, TypeScript too (default: jobs.tasks.* and tasks/)',
    'tasks',
  ),
  queues: option('--queues <names...>', list, 'queues to serve (default: default)', 'serve'),
  pid: option('--pid <id>', text, "the worker's id (made up when missing)", 'pid'),
  concurrency: option('--concurrency <n>', integer(1, 100_000), 'jobs at the same time in a process (default: 10)'),
  prefetchMin: option('--prefetch-min <n>', integer(0, 100_000), 'claim again when so few are left'),
  prefetchMax: option('--prefetch-max <n>', integer(0, 100_000), 'claim up to so many (default: sizes itself)'),
  workers: option('--workers <n>', integer(1, 1_000), 'processes, named ID/1 to ID/N (default: 1)', 'workers'),
  threads: option('--threads <n>', integer(1, 1_000), 'threads for tasks isolated in one (default: cores)', 'threads'),
  pollInterval: option('--poll-interval <d>', duration, 'net under wake-ups, like 500ms or 5s (default: 1s)'),
  maxJobsPerWorker: option(
    '--max-jobs-per-worker <n>',
    integer(1, Number.MAX_SAFE_INTEGER),
    'replace a process after so many jobs (default: never)',
    'maxJobsPerWorker',
  ),
  deleteCompleted: option('--delete-completed', flag, 'keep no successful jobs', 'deleteCompleted'),
  stopTimeout: option(
    '--stop-timeout <d>',
    duration,
    'abort what still runs so long after the first signal (default: wait)',
    'stopTimeout',
  ),
  scheduler: option('--no-scheduler', flag, 'start no scheduler: another process has one', 'scheduler'),
  wait: option('--no-wait', flag, 'end with exit code 3 where the store is not reachable at start', 'wait'),
  logLevel: option('--log-level <level>', oneOf('debug', 'info', 'warn', 'error'), 'default: info', 'logLevel'),
  logFormat: option('--log-format <format>', oneOf('text', 'json'), 'default: text', 'logFormat'),
} as const

export type OptionName = keyof typeof OPTIONS

export type Values<Name extends OptionName> = {
  readonly [N in Name]?: ReturnType<(typeof OPTIONS)[N]['parse']>
}

export const STORE_OPTIONS = ['config', 'store', 'db', 'driver', 'host', 'port'] as const

export const WORK_OPTIONS = [
  ...STORE_OPTIONS,
  'tasks',
  'queues',
  'pid',
  'concurrency',
  'prefetchMin',
  'prefetchMax',
  'workers',
  'threads',
  'pollInterval',
  'maxJobsPerWorker',
  'deleteCompleted',
  'stopTimeout',
  'scheduler',
  'wait',
  'logLevel',
  'logFormat',
] as const

export const SCHEDULER_OPTIONS = [...STORE_OPTIONS, 'pollInterval', 'wait', 'logLevel', 'logFormat'] as const

/** The flag without its argument: '--store'. */
export function flagName(name: OptionName): string {
  return OPTIONS[name].flag.split(' ', 1)[0] as string
}

/** '--poll-interval' is JOBS_POLL_INTERVAL. */
export function variableName(name: OptionName): string {
  return `JOBS_${flagName(name).slice(2).replaceAll('-', '_').toUpperCase()}`
}
