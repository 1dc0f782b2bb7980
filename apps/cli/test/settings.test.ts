import { memoryStore } from '@jobs-worker/core'
import { describe, expect, test } from 'vitest'
import type { JobsConfig } from '../src/config'
import { jobsOptions, loadConfig } from '../src/options/config-file'
import { readOption, readOptions, type Sources } from '../src/options/sources'
import { redact, scrub } from '../src/secrets'
import { chooseStore } from '../src/store/choice'
import { planWorkers } from '../src/work/plan'
import { scratch } from './harness'

function sources(given: Partial<Sources>): Sources {
  return { flags: {}, env: {}, config: {}, ...given }
}

describe('settings', () => {
  test('a flag beats a variable, which beats the config file', () => {
    const all = { flags: { pid: 'flag' }, env: { JOBS_PID: 'env' }, config: { pid: 'config' } }
    expect(readOption('pid', sources(all))).toBe('flag')
    expect(readOption('pid', sources({ ...all, flags: {} }))).toBe('env')
    expect(readOption('pid', sources({ ...all, flags: {}, env: { JOBS_PID: '' } }))).toBe('config')
    expect(readOption('pid', sources({}))).toBeUndefined()
  })

  test('variables are texts: lists, numbers, durations, yes and no', () => {
    const env = {
      JOBS_QUEUES: 'a, b c',
      JOBS_CONCURRENCY: '7',
      JOBS_POLL_INTERVAL: '250',
      JOBS_STOP_TIMEOUT: '2s',
      JOBS_DELETE_COMPLETED: 'true',
      JOBS_NO_WAIT: '1',
    }
    const names = ['queues', 'concurrency', 'pollInterval', 'stopTimeout', 'deleteCompleted', 'wait'] as const
    expect(readOptions(names, sources({ env }))).toEqual({
      queues: ['a', 'b', 'c'],
      concurrency: 7,
      pollInterval: 250,
      stopTimeout: 2_000,
      deleteCompleted: true,
      wait: false,
    })
    expect(readOption('wait', sources({ env: { JOBS_NO_WAIT: '0' } }))).toBe(true)
    expect(readOption('scheduler', sources({ env: { JOBS_NO_SCHEDULER: '1' } }))).toBe(false)
    expect(readOption('scheduler', sources({ config: { scheduler: false } }))).toBe(false)
  })

  test.each([
    [{ env: { JOBS_CONCURRENCY: 'x' } }, 'JOBS_CONCURRENCY: expected a whole number from 1 to 100000, got "x"'],
    [{ flags: { concurrency: '0' } }, '--concurrency: expected a whole number from 1 to 100000, got "0"'],
  ])('what is wrong is named by where it was said: %j', (given, message) => {
    expect(() => readOption('concurrency', sources(given))).toThrow(message)
  })

  test('the config file: found by its name or given, and refused where it says what nobody reads', async () => {
    const cwd = scratch({
      'jobs.config.mjs': "export default { store: 'memory:', concurrency: 3, priority: 1 }",
      'other.cjs': 'module.exports = { typo: 1 }',
      'empty.mjs': '',
    })
    const config = await loadConfig(cwd, undefined)
    expect(config).toEqual({ store: 'memory:', concurrency: 3, priority: 1 })
    expect(jobsOptions(config)).toEqual({ concurrency: 3, priority: 1 })
    await expect(loadConfig(cwd, 'other.cjs')).rejects.toThrow('other.cjs: typo: expected one of priority,')
    await expect(loadConfig(cwd, 'empty.mjs')).rejects.toThrow('empty.mjs: expected a default export')
    expect(await loadConfig(scratch(), undefined)).toEqual({})
  })
})

describe('the store', () => {
  test.each([
    [{ db: 'app' }, 'mongodb://localhost:27017/app'],
    [{ db: 'my app', driver: 'postgres' }, 'postgres://localhost:5432/my%20app'],
    [{ db: '3', driver: 'redis', host: 'db.example', port: '7000' }, 'redis://db.example:7000/3'],
    [{ db: 'app', driver: 'postgres', host: '::1' }, 'postgres://[::1]:5432/app'],
  ])('%j is %s', (flags, url) => {
    expect(chooseStore(sources({ flags }), '/').label).toBe(url)
  })

  test('--db on the command line beats JOBS_STORE, whose helpers it may take from the environment', () => {
    const env = { JOBS_STORE: 'memory:', JOBS_DRIVER: 'postgres', JOBS_HOST: 'db' }
    expect(chooseStore(sources({ env, flags: { db: 'app' } }), '/').label).toBe('postgres://db:5432/app')
    expect(chooseStore(sources({ env }), '/').label).toBe('memory:')
  })

  test('a store that the config file made is used as it is, unless a URL is given', async () => {
    const store = memoryStore()
    const choice = chooseStore(sources({ config: { store } }), '/')
    expect(choice).toMatchObject({ label: 'memory', processes: 'one' })
    expect(await choice.create()).toBe(store)
    const flags = { store: 'postgres://h/d' }
    expect(chooseStore(sources({ config: { store }, flags }), '/').label).toBe('postgres://h/d')
  })

  test.each([
    ['postgres://me:pa@ss/wo@rd@host/db', 'postgres://me:***@host/db'],
    ['mongodb+srv://me:x@host/db?authSource=admin', 'mongodb+srv://me:***@host/db?authSource=admin'],
    ['rediss://:onlysecret@host:1/0', 'rediss://:***@host:1/0'],
    [
      'postgres://host/db?user=me&password=hidden&sslmode=require',
      'postgres://host/db?user=me&password=***&sslmode=require',
    ],
    ['pglite:./data', 'pglite:./data'],
    ['postgres://host/db', 'postgres://host/db'],
  ])('%s is shown as %s', (url, shown) => {
    expect(redact(url)).toBe(shown)
  })

  test('what was hidden once is hidden in every message, encoded or not', () => {
    redact('postgres://me:p%40ss-word@host/db')
    expect(scrub('no login with "p@ss-word" (p%40ss-word)')).toBe('no login with "***" (***)')
  })
})

describe('which workers there are', () => {
  const server = { label: 'x', processes: 'many', create: async () => memoryStore() } as const
  const plan = (options: Parameters<typeof planWorkers>[0], config: JobsConfig = {}) =>
    planWorkers({ pid: 'W', ...options }, config, server).map(({ id, queues, maxJobs }) =>
      maxJobs === undefined ? `${id}: ${queues}` : `${id}: ${queues} (${maxJobs})`,
    )

  test('one, of the default queue, unless told otherwise', () => {
    expect(plan({})).toEqual(['W: default'])
    expect(plan({ queues: ['a', 'b'] })).toEqual(['W: a,b'])
    expect(plan({ workers: 2, maxJobsPerWorker: 9 })).toEqual(['W/1: default (9)', 'W/2: default (9)'])
  })

  test('a queue that names workers has processes of its own', () => {
    const config = { queues: { slow: { workers: 2, maxJobsPerWorker: 5 }, other: { workers: 1 } } }
    const own = ['W/slow/1: slow (5)', 'W/slow/2: slow (5)']
    expect(plan({}, config)).toEqual(['W: default', ...own, 'W/other: other'])
    expect(plan({ queues: ['slow', 'a'], workers: 2 }, config)).toEqual(['W/1: a', 'W/2: a', ...own])
    expect(plan({ queues: ['slow'] }, config)).toEqual(own)
    expect(() => plan({}, { queues: { a: { workers: 0 } } })).toThrow(
      'config.queues.a.workers: expected a whole number',
    )
  })

  test('flags become options of the worker', () => {
    const numbers = { concurrency: 3, prefetchMin: 0, prefetchMax: 8, pollInterval: 50, stopTimeout: 0 }
    const options = { ...numbers, scheduler: false }
    expect(planWorkers({ pid: 'W', deleteCompleted: true, ...options }, {}, server)).toEqual([
      { id: 'W', queues: ['default'], keep: { completed: 0 }, ...options },
    ])
    expect(planWorkers({}, {}, server)[0]?.id).toMatch(/-\d+-[0-9a-f]{8}$/)
  })
})
