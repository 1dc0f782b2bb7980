import assert from 'node:assert/strict'
import { createJobs, defineTask, InvalidError, type Jobs } from '@jobs-worker/core'
import { theirJob, withCode } from '../harness/expect'
import type { Fixture } from '../harness/fixture'
import type { Suite } from '../suite'

/** A Standard Schema, written out so that the suite needs no library: { n: number, text = 'default' }. */
const schema = {
  '~standard': {
    version: 1 as const,
    vendor: 'conformance',
    validate(value: unknown) {
      const { n, text = 'default' } = (value ?? {}) as { n?: unknown; text?: string }
      if (typeof n !== 'number') return { issues: [{ message: 'a number is needed', path: ['n'] }] }
      return { value: { n, text } }
    },
    types: undefined as unknown as { input: { n: number; text?: string }; output: { n: number; text: string } },
  },
}

const cycle: Record<string, unknown> = {}
cycle.self = cycle

/** What is wrong, and the field that the message must name. */
const BAD: readonly (readonly [string, RegExp, (jobs: Jobs) => unknown])[] = [
  ['an empty task name', /task/, (jobs) => jobs.enqueue('')],
  ['a task name that is too long', /task/, (jobs) => jobs.enqueue('x'.repeat(201))],
  ['NUL in a task name', /task/, (jobs) => jobs.enqueue('a\u0000b')],
  ['NUL in a queue name', /queue/, (jobs) => jobs.enqueue('t', 1, { queue: 'a\u0000b' })],
  ['an empty queue name', /queue/, (jobs) => jobs.enqueue('t', 1, { queue: '' })],
  ['a function as input', /input/, (jobs) => jobs.enqueue('t', () => 1)],
  ['a function inside the input', /input/, (jobs) => jobs.enqueue('t', { a: [() => 1] })],
  ['a BigInt in the input', /input/, (jobs) => jobs.enqueue('t', { a: 1n })],
  ['a cycle in the input', /input/, (jobs) => jobs.enqueue('t', cycle)],
  ['a priority above the range', /priority/, (jobs) => jobs.enqueue('t', 1, { priority: 32_768 })],
  ['a priority below the range', /priority/, (jobs) => jobs.enqueue('t', 1, { priority: -32_769 })],
  ['a fractional priority', /priority/, (jobs) => jobs.enqueue('t', 1, { priority: 1.5 })],
  ['a bad delay', /delay/, (jobs) => jobs.enqueue('t', 1, { delay: 'soon' })],
  ['a negative delay', /delay/, (jobs) => jobs.enqueue('t', 1, { delay: -1 })],
  ['delay with at', /delay|at/, (jobs) => jobs.enqueue('t', 1, { delay: 1, at: new Date() })],
  ['an invalid Date', /at/, (jobs) => jobs.enqueue('t', 1, { at: new Date('never') })],
  ['no attempts', /maxAttempts/, (jobs) => jobs.enqueue('t', 1, { maxAttempts: 0 })],
  ['an unknown option', /prioritty/, (jobs) => jobs.enqueue('t', 1, { prioritty: 1 } as never)],
  ['a bad unique rule', /unique/, (jobs) => jobs.enqueue('t', 1, { unique: { key: '' } })],
  ['a bad keep', /keep/, (jobs) => jobs.enqueue('t', 1, { keep: { completed: 'ages' } })],
  ['a list limit of 0', /limit/, (jobs) => jobs.list({ limit: 0 })],
  ['an unknown state', /states/, (jobs) => jobs.list({ states: ['done' as never] })],
  ['NUL in a paused queue', /queue/, (jobs) => jobs.pause('a\u0000b')],
  ['a worker without queues', /queues/, (jobs) => jobs.worker({ queues: [] })],
  ['a worker with no slots', /concurrency/, (jobs) => jobs.worker({ concurrency: 0 })],
  ['prefetchMin above prefetchMax', /prefetch/, (jobs) => jobs.worker({ prefetchMin: 5, prefetchMax: 4 })],
  ['a task without a handler', /run/, () => defineTask({ name: 't' } as never)],
  ['a bad timeout', /timeout/, () => defineTask({ name: 't', timeout: 'x', run: () => 1 })],
  [
    'a bad retry strategy',
    /strategy/,
    () => defineTask({ name: 't', retry: { strategy: 'random' as never }, run: () => 1 }),
  ],
  ['createJobs without a store', /store/, () => createJobs({} as never)],
]

async function open(f: Fixture, tasks: Parameters<Jobs['addTask']>[0][] = []): Promise<Jobs> {
  const jobs = await f.jobs({ tasks })
  await jobs.open()
  return jobs
}

/** Rule 16: bad input is refused where it enters. */
export function input(suite: Suite): void {
  suite.test('16.1 bad input is refused, naming the field, its value and what was expected', async (f) => {
    const jobs = await open(f)
    for (const [what, field, call] of BAD) {
      await assert.rejects(
        async () => call(jobs),
        (error) => {
          assert.ok(error instanceof InvalidError, `${what}: ${error}`)
          assert.match(error.field, field, what)
          assert.match(error.message, /expected .+, got /s, what)
          return true
        },
        what,
      )
    }
    assert.deepEqual((await jobs.list()).jobs, [])
  })

  suite.test('16.2 input that does not match the schema is refused, with what is wrong', async (f) => {
    const task = defineTask({ name: 'checked', input: schema, run: ({ n }) => n })
    const jobs = await open(f, [task])
    await assert.rejects(jobs.enqueue(task, { n: 'x' } as never), (error) => {
      assert.match((error as Error).message, /checked.*n: a number is needed/)
      return withCode('JOBS_INPUT_SCHEMA')(error)
    })
    assert.deepEqual((await jobs.list()).jobs, [])
  })

  suite.test('16.3 raw input is stored; the handler gets the parsed one, and unique sees it too', async (f) => {
    let got: unknown
    const task = defineTask({
      name: 'parsed',
      input: schema,
      unique: true,
      run(value) {
        got = value
      },
    })
    const jobs = await open(f, [task])
    const raw = { n: 1, extra: 'kept' }
    const job = await jobs.enqueue(task, raw)
    assert.equal((await jobs.enqueue(task, { n: 1, text: 'default' })).id, job.id)
    assert.deepEqual((await theirJob(jobs, job.id)).input, raw)
    await jobs.worker().drain()
    assert.deepEqual(got, { n: 1, text: 'default' })
  })

  suite.test(
    '16.4 a payload that no longer matches its schema fails with that error, and the queue goes on',
    async (f) => {
      const loose = await open(f)
      const [bad, good] = [await loose.enqueue('strict', { n: 'old' }), await loose.enqueue('strict', { n: 5 })]
      const ran: number[] = []
      const jobs = await open(f, [defineTask({ name: 'strict', input: schema, run: ({ n }) => void ran.push(n) })])
      await jobs.worker().drain()
      const failed = await theirJob(jobs, bad.id)
      assert.deepEqual([failed.state, failed.errors[0]?.code, failed.attempt], ['failed', 'JOBS_INPUT_SCHEMA', 1])
      assert.deepEqual([(await theirJob(jobs, good.id)).state, ran], ['completed', [5]])
    },
  )

  suite.test(
    '16.5 NUL and all of Unicode pass through input, result, progress, meta, headers and errors',
    async (f) => {
      const text = 'a\u0000b \u{1f600} \u2028 \\u0000 " é'
      const task = defineTask({
        name: 'echo',
        maxAttempts: 2,
        retry: { delay: 0 },
        run(value: string, ctx) {
          ctx.progress(value)
          ctx.setMeta({ [value]: value })
          if (ctx.attempt === 1) throw new Error(value)
          return value
        },
      })
      const jobs = await open(f, [task])
      const headers = { plain: '\u{1f600} " \\' }
      const job = await jobs.enqueue(task, text, { headers })
      await jobs.worker().drain()
      assert.equal(await job.result(), text)
      const ended = await theirJob(await f.jobs(), job.id)
      assert.deepEqual(
        [ended.input, ended.progress, ended.meta, ended.headers],
        [text, text, { [text]: text }, headers],
      )
      // An error's message is for reading: NUL may come back as its escape.
      assert.ok(ended.errors[0]?.message.endsWith(text.slice(2)), ended.errors[0]?.message)
    },
  )

  suite.test('16.6 enqueueMany checks all before it sends any', async (f) => {
    const task = defineTask({ name: 'checked', input: schema, run: ({ n }) => n })
    const jobs = await open(f, [task])
    const inputs = [...Array.from({ length: 1_500 }, (_, n) => ({ n })), { n: 'bad' } as never]
    await assert.rejects(jobs.enqueueMany(task, inputs), withCode('JOBS_INPUT_SCHEMA'))
    assert.deepEqual((await jobs.list()).jobs, [])
  })

  suite.test(
    '16.7 requests are cut at a thousand jobs and at their bytes; order and number stay',
    async (f) => {
      const jobs = await open(f)
      const many = await jobs.enqueueMany(
        'small',
        Array.from({ length: 2_100 }, (_, n) => n),
      )
      assert.equal(new Set(many.map(({ id }) => id)).size, 2_100)
      const big = 'x'.repeat(900_000)
      const large = await jobs.enqueueMany(
        'large',
        Array.from({ length: 12 }, (_, n) => `${n}${big}`),
      )
      const inputs = await Promise.all(large.map(async ({ id }) => String((await theirJob(jobs, id)).input).length))
      assert.ok(inputs.every((length) => length > 900_000))
    },
    { timeout: 40_000 },
  )

  suite.test('16.8 a payload above the limit is refused, one at the limit is not', async (f) => {
    const jobs = await f.jobs({ payloadLimit: 100 })
    await assert.rejects(jobs.enqueue('t', 'x'.repeat(99)), withCode('JOBS_PAYLOAD_TOO_LARGE'))
    await jobs.enqueue('t', 'x'.repeat(98))
  })

  suite.test('16.9 an unknown task name is taken, unless strictTasks is set', async (f) => {
    const jobs = await open(f)
    await jobs.enqueue('of-another-process')
    const strict = await f.jobs({ strictTasks: true })
    await assert.rejects(strict.enqueue('of-another-process'), withCode('JOBS_UNKNOWN_TASK'))
  })

  suite.test('16.10 a result that is not JSON fails the job, and the queue goes on', async (f) => {
    const task = defineTask({ name: 'result', run: (n: number) => (n === 1 ? () => n as unknown : n) })
    const jobs = await open(f, [task])
    const [bad, good] = await jobs.enqueueMany(task, [1, 2])
    await jobs.worker().drain()
    assert.equal((await theirJob(jobs, bad?.id as string)).state, 'failed')
    assert.equal(await good?.result(), 2)
  })
}
