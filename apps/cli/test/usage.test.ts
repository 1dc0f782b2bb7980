import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { command, scratch } from './harness'

const MEMORY = ['--store', 'memory:']

describe('exit code 2: a command that cannot work as it was given, with a sentence that quotes what is wrong', () => {
  test.each([
    [['nonsense'], 'there is no command "nonsense", expected one of work, enqueue'],
    [['--store', 'memory:', 'jobs'], 'the command comes first: jobs-worker jobs [options]'],
    [['jobs', 'nonsense'], "unknown command 'nonsense'"],
    [['--nonsense'], "unknown option '--nonsense'"],
    [['jobs', 'list'], 'which store? Give --store URL'],
    [
      ['jobs', 'list', '--store', 'mysql://localhost'],
      '--store: expected a URL that begins with postgres:, postgresql:',
    ],
    [
      ['jobs', 'list', '--store', 'postgres://me:hidden@host:port/d'],
      'this is not a URL: postgres://me:***@host:port/d',
    ],
    [['jobs', 'list', ...MEMORY, '--db', 'app'], '--store and --db exclude each other'],
    [
      ['jobs', 'list', '--db', 'app', '--driver', 'oracle'],
      '--driver: expected one of mongo, postgres, redis, got "oracle"',
    ],
    [['jobs', 'list', ...MEMORY, '--limit', 'many'], '--limit: expected a whole number from 1'],
    [['jobs', 'list', ...MEMORY, '--state', 'odd'], "argument 'odd' is invalid. Allowed choices are scheduled"],
    [['jobs', 'cancel', ...MEMORY], 'cancel: which jobs? Give ids, --queue, --task, --state, or --all'],
    [['jobs', 'cancel', 'x', '--all', ...MEMORY], 'cancel: ids or a filter, not both'],
    [['jobs', 'show', ...MEMORY], "missing required argument 'id'"],
    [['enqueue', 'a', '{', ...MEMORY], 'input: expected JSON ('],
    [
      ['enqueue', 'a', '--at', 'soon', ...MEMORY],
      '--at: expected a date and time like 2030-01-31T08:00:00Z, got "soon"',
    ],
    [['enqueue', 'a', '--delay', 'soon', ...MEMORY], '--delay: expected a duration'],
    [['enqueue', 'a', '--delay', '1s', '--at', '2030-01-01', ...MEMORY], '--at and --delay exclude each other'],
    [['enqueue', 'a', '--priority', '40000', ...MEMORY], '--priority: expected a whole number from -32768 to 32767'],
    [['enqueue', '', ...MEMORY], 'a name of 1 to 200 characters'],
    [['stats', '--interval', 'x', ...MEMORY], '--interval: expected a duration'],
    [['work', ...MEMORY], 'no tasks: give --tasks FILE, DIR or GLOB, or make jobs.tasks.ts'],
    [['work', ...MEMORY, '--tasks', 'absent.ts'], '--tasks: there is no file or folder "absent.ts"'],
    [['work', ...MEMORY, '--tasks', '*.nothing'], '--tasks: "*.nothing" finds no module'],
    [['work', ...MEMORY, '--concurrency', '0'], '--concurrency: expected a whole number from 1'],
    [['work', ...MEMORY, '--poll-interval', 'often'], '--poll-interval: expected a duration'],
    [['work', '--config', 'absent.ts', ...MEMORY], '--config: there is no file "absent.ts"'],
  ])('%j', async (args, message) => {
    const { code, out, err } = await command(args, { cwd: scratch() })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(message)
  })

  test.each([
    [['--prefetch-min', '9', '--prefetch-max', '3'], '--prefetch-min: expected at most --prefetch-max (3), got 9'],
    [['--workers', '2'], 'store memory: is for one process: --workers 2 needs a database server'],
  ])('work %j', async (args, message) => {
    const cwd = scratch({ 'jobs.tasks.mjs': '' })
    const { code, err } = await command(['work', ...MEMORY, ...args], { cwd })
    expect({ code, err }).toEqual({ code: 2, err: `jobs-worker: ${message}\n` })
  })
})

test('exit code 3: the store is not reachable, with its secrets hidden', async () => {
  const url = `postgres://me:s3cr%23t@127.0.0.1:${await unusedPort()}/app?sslpassword=alsosecret`
  const { code, err } = await command(['jobs', 'list', '--store', url])
  expect(code).toBe(3)
  expect(err).toContain('ECONNREFUSED')
  expect(err).not.toMatch(/s3cr|alsosecret/)
})

test.each([['--help'], ['jobs', '--help'], ['--version']])('exit code 0: %s', async (...args) => {
  const { code, out, err } = await command(args.flat())
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).not.toBe('')
})

async function unusedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
