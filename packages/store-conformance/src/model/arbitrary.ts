import fc from 'fast-check'
import {
  type ClaimPlan,
  type EndPlan,
  type FencePlan,
  type JobPlan,
  LOCKS,
  QUEUES,
  type ReportPlan,
  SCHEDULES,
  type StartPlan,
  type Step,
  TASKS,
  WORKERS,
} from './step'

const queue = mostly(0, ...numbers(QUEUES))
const task = fc.nat(TASKS - 1)
const worker = mostly(0, ...numbers(WORKERS))
const back = fc.nat(5)
const from = mostly<FencePlan['from']>('held', 'any', 'forged')

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n)
}

/** `often` nine times out of ten. */
function mostly<T>(often: T, ...rest: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(often) },
    { weight: 1, arbitrary: fc.constantFrom(often, ...rest) },
  )
}

/** None, every other time. */
const locks = fc.oneof(
  { weight: 1, arbitrary: fc.constant<number[]>([]) },
  { weight: 1, arbitrary: fc.uniqueArray(fc.nat(LOCKS - 1), { minLength: 1, maxLength: LOCKS }) },
)

const plainJob: fc.Arbitrary<JobPlan> = fc.record({
  queue,
  task,
  priority: fc.constantFrom(10, 10, 5, -3),
  due: fc.oneof(
    { weight: 20, arbitrary: fc.constant('now' as const) },
    { weight: 8, arbitrary: fc.constant('later' as const) },
    { weight: 1, arbitrary: fc.constant('soon' as const) },
  ),
  unique: fc.constant(null),
  maxAttempts: fc.constantFrom(3, 2, 1, null),
  keep: mostly('none' as const, 'day', 'nothing'),
  large: mostly(false, true),
  locks,
})

const unique = fc.record({
  key: mostly('k', 'l'),
  while: fc.constantFrom('alive' as const, 'queued', 'window'),
  onConflict: fc.constantFrom('return' as const, 'replace', 'throw'),
})

const uniqueJob: fc.Arbitrary<JobPlan> = fc
  .tuple(plainJob, unique)
  .map(([job, rule]) => ({ ...job, task: job.task === 2 ? 1 : 0, unique: rule }))

/** Jobs with a unique key never share a request with jobs without. */
const jobs = fc.oneof(
  { weight: 2, arbitrary: fc.array(plainJob, { minLength: 1, maxLength: 5 }) },
  { weight: 1, arbitrary: fc.array(uniqueJob, { minLength: 1, maxLength: 3 }) },
)

const fence: fc.Arbitrary<FencePlan> = fc.record({ from, back })

const fill = fc.option(fc.integer({ min: 1, max: 4 }), { freq: 3 })
const fillLocks = locks

const end: fc.Arbitrary<EndPlan> = fc.record({
  from,
  back,
  fill,
  fillLocks,
  kind: fc.constantFrom('complete' as const, 'fail', 'cancel', 'retry', 'postpone', 'release'),
  later: fc.boolean(),
  ran: fc.boolean(),
  keep: mostly(true, false),
  progress: mostly(false, true),
  next: fc.option(fc.oneof(plainJob, uniqueJob), { freq: 8 }).map((job) => job ?? null),
})

const start: fc.Arbitrary<StartPlan> = fc.record({ from, back, fill, fillLocks })

const report: fc.Arbitrary<ReportPlan> = fc.record({
  from,
  back,
  progress: fc.boolean(),
  meta: fc.boolean(),
})

const claim: fc.Arbitrary<ClaimPlan> = fc.record({
  queues: fc.uniqueArray(fc.record({ queue: fc.nat(QUEUES - 1), limit: fc.integer({ min: 1, max: 6 }) }), {
    minLength: 1,
    maxLength: QUEUES,
    selector: (wanted) => wanted.queue,
  }),
  lanes: fc.oneof(
    { weight: 3, arbitrary: fc.constant(numbers(TASKS)) },
    { weight: 1, arbitrary: fc.uniqueArray(task, { minLength: 1, maxLength: TASKS }) },
  ),
  start: fc.nat(3),
  reserve: fc.nat(3),
  reserveLocked: mostly(3, 0, 1),
  small: mostly(false, true),
})

const exchange = fc.record({
  do: fc.constant('exchange' as const),
  worker: mostly(0, 1, 2),
  settle: fc.array(end, { maxLength: 3 }),
  start: fc.array(start, { maxLength: 2 }),
  report: fc.array(report, { maxLength: 2 }),
  claim: fc.option(claim, { freq: 3 }),
})

const someLocks = fc.uniqueArray(fc.nat(LOCKS - 1), { minLength: 1, maxLength: LOCKS })

const lockStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('acquire' as const),
    holder: fc.oneof(fc.record({ owner: fc.nat(1) }), fence),
    keys: someLocks,
  }),
  fc.record({
    do: fc.constant('releaseLocks' as const),
    back: fc.nat(3),
    keys: fc.option(someLocks, { freq: 2 }),
  }),
  fc.record({ do: fc.constant('seize' as const), keys: someLocks }),
  fc.constant<Step>({ do: 'passTurns' }),
  fc.constant<Step>({ do: 'passTurns' }),
)

const evict = fc.constantFrom('nobody' as const, 'holder', 'silent holder')

const scheduleName = fc.nat(SCHEDULES - 1)

const scheduleStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('schedule' as const),
      name: scheduleName,
      queue,
      timing: mostly(1, 2),
      due: mostly(true, false),
      active: mostly(null, true, false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reschedule' as const),
      name: scheduleName,
      active: fc.constantFrom(null, true, false),
      due: fc.constantFrom(null, true, false),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unschedule' as const), name: scheduleName }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('take' as const), limit: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('fire' as const),
      taken: fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }),
      jobs: mostly(1, 0, 3),
      unique: mostly(false, true),
      again: mostly(true, false),
    }),
  },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: fc.record({ do: fc.constant('enqueue' as const), jobs }) },
  { weight: 40, arbitrary: exchange },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('repeat' as const), back: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('extend' as const), worker, fences: fc.array(fence, { maxLength: 4 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('register' as const),
      worker: fc.nat(WORKERS - 1),
      dead: mostly(false, true),
      evict,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unregister' as const), worker: fc.nat(WORKERS - 1) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('die' as const), worker, limit: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('recover' as const, 'recover', 'promote', 'prune'),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel' as const, 'retry', 'retry', 'makeDue', 'remove'),
      jobs: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 20, arbitrary: scheduleStep },
  { weight: 24, arbitrary: lockStep },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), queue }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const), queue }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('page' as const), queue, limit: fc.integer({ min: 1, max: 3 }) }),
  },
)

/** Random sequences of at most so many steps. */
export function sequences(most: number): fc.Arbitrary<readonly Step[]> {
  return fc.array(step, { minLength: 1, maxLength: most, size: 'max' })
}
