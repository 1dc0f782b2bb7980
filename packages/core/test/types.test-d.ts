import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { createJobs, defineTask, type EnqueuedJob, type LockSet, memoryStore, testContext } from '../src/index'

const jobs = createJobs({ store: memoryStore() })

const charge = defineTask({
  name: 'charge',
  input: z.object({ tenant: z.string(), cents: z.coerce.number() }),
  locks: (input) => [`account:${input.tenant}`],
  unique: { key: (input) => input.tenant },
  run(input) {
    expectTypeOf(input).toEqualTypeOf<{ tenant: string; cents: number }>()
    return { paid: input.cents }
  },
})

const greet = defineTask({
  name: 'greet',
  async run(input: { name: string }, ctx) {
    expectTypeOf(ctx.signal).toEqualTypeOf<AbortSignal>()
    return `hello ${input.name}`
  },
})

const sweep = defineTask({ name: 'sweep', run() {} })

const fickle = defineTask({
  name: 'fickle',
  run(_input: undefined, ctx): number {
    return ctx.postpone('5m')
  },
})

describe('the input', () => {
  it('is what the schema takes, not what it gives', async () => {
    const job = await jobs.enqueue(charge, { tenant: '42', cents: '1999' })
    expectTypeOf(job).toEqualTypeOf<EnqueuedJob<{ paid: number }>>()
    // @ts-expect-error tenant is missing
    await jobs.enqueue(charge, { cents: 1 })
    // @ts-expect-error tenant is a string
    await jobs.enqueue(charge, { tenant: 42, cents: 1 })
    // @ts-expect-error an input is needed
    await jobs.enqueue(charge)
  })

  it("is the handler's first parameter where there is no schema", async () => {
    await jobs.enqueue(greet, { name: 'you' })
    // @ts-expect-error not the name of the field
    await jobs.enqueue(greet, { nam: 'you' })
    // @ts-expect-error every one of many
    await jobs.enqueueMany(greet, [{ name: 'you' }, { name: 7 }])
  })

  it('may be left out where the handler takes none', async () => {
    await jobs.enqueue(sweep)
    await jobs.enqueue(sweep, undefined, { delay: '10m' })
    await jobs.enqueue(fickle)
    // @ts-expect-error it takes none
    await jobs.enqueue(sweep, { tenant: '42' })
  })

  it('is unknown by name', async () => {
    await jobs.enqueue('charge', { anything: true }, { priority: 0 })
    await jobs.enqueueMany('charge', [1, 'two'])
  })
})

describe('the result', () => {
  it('is what the handler returns, without its promise', async () => {
    const job = await jobs.enqueue(greet, { name: 'you' })
    expectTypeOf(await job.result()).toEqualTypeOf<string>()
    // @ts-expect-error a string is no number
    const wrong: number = await job.result()
    expectTypeOf(wrong).toBeNumber()
    const many = await jobs.enqueueMany(charge, [{ tenant: '1', cents: 1 }])
    expectTypeOf(many).toEqualTypeOf<EnqueuedJob<{ paid: number }>[]>()
    const number = await (await jobs.enqueue(fickle)).result()
    expectTypeOf(number).toBeNumber()
  })
})

describe('options', () => {
  it('are checked', async () => {
    // @ts-expect-error no such option
    await jobs.enqueue(greet, { name: 'you' }, { dealy: '10m' })
    // @ts-expect-error a Date
    await jobs.enqueue(greet, { name: 'you' }, { at: '2030-01-01' })
    // @ts-expect-error no such strategy
    defineTask({ name: 't', retry: { strategy: 'linear' }, run() {} })
    // @ts-expect-error no such state
    await jobs.list({ states: ['done'] })
    // @ts-expect-error no such event
    jobs.on('finished', () => {})
    // @ts-expect-error locks are names
    defineTask({ name: 't', locks: () => [7], run() {} })
    await using held = await jobs.locks.acquire(['account:7'], { wait: '10s' })
    expectTypeOf(held).toEqualTypeOf<LockSet | null>()
    // @ts-expect-error no such option
    await jobs.locks.acquire(['account:7'], { timeout: '10s' })
    // @ts-expect-error locks of a run have no time of their own
    defineTask({ name: 't', run: (_: undefined, ctx) => ctx.locks.acquire(['a'], { ttl: '1m' }) })
    // @ts-expect-error the key is made of the input
    defineTask({ name: 't', unique: { key: (input: { a: string }) => input.b }, run(_input: { a: string }) {} })
    // @ts-expect-error no such option of a worker
    jobs.worker({ parallel: 3 })
  })
})

describe('a schedule', () => {
  it('has the input of its task', async () => {
    await jobs.schedules.upsert('s', { task: charge, input: { tenant: '1', cents: '2' }, every: '10s' })
    await jobs.schedules.upsert('s', { task: sweep, cron: '0 3 * * *' })
    await jobs.schedules.upsert('s', { task: 'charge', input: { anything: true }, every: '10s' })
    // @ts-expect-error tenant is a string
    await jobs.schedules.upsert('s', { task: charge, input: { tenant: 1, cents: 2 }, every: '10s' })
    // @ts-expect-error an input is needed
    await jobs.schedules.upsert('s', { task: greet, every: '10s' })
    // @ts-expect-error no such rule
    await jobs.schedules.upsert('s', { task: sweep, daily: true })
    // @ts-expect-error the rule says when
    await jobs.schedules.upsert('s', { task: sweep, every: '10s', options: { delay: '1s' } })
  })
})

it('a handler can be called under test', async () => {
  expectTypeOf(greet.run({ name: 'you' }, testContext())).toEqualTypeOf<string | Promise<string>>()
  // @ts-expect-error the parsed input
  charge.run({ tenant: '1', cents: '1' }, testContext())
})
