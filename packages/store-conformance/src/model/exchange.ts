import { randomUUID } from 'node:crypto'
import type {
  Claim,
  ErrorRecord,
  Exchange,
  ExchangeReply,
  Fence,
  Fill,
  Outcome,
  Report,
  Start,
} from '@jobs-worker/core/store'
import { keepOf, newJobs, sentInTime } from './enqueue'
import type { ClaimPlan, EndPlan, ExchangeStep, ReportPlan, StartPlan } from './step'
import type { World } from './world'

const DAY = 86_400_000
const LONG = 7_200_000

export async function exchange(world: World, step: ExchangeStep): Promise<void> {
  const ends = world.pickFences(step.settle)
  const message: Exchange = {
    instance: world.names.worker(step.worker).instance,
    settle: ends.map(([plan, fence]) => outcome(world, plan, fence)),
    start: world.pickFences(step.start).map(([plan, fence]) => begun(world, plan, fence)),
    report: world.pickFences(step.report).map(([plan, fence]) => news(plan, fence)),
    claim: step.claim && claim(world, step.claim),
  }
  const request = world.request()
  const send = (what: string, seen: (reply: ExchangeReply) => unknown) =>
    world.pair.ask(what, (store) => store.exchange(request, message), seen)
  const reply = await send('exchange', answered)
  sentInTime(message.settle.flatMap((end) => end.enqueue ?? []))
  for (const [, fence] of ends) world.held.delete(fence)
  world.noteClaimed(reply.claimed)
  world.repeats.push(async () => void (await send('repeated exchange', remembered)))
}

function answered({ settled, started, reported, claimed, nextDueIn, registered }: ExchangeReply) {
  // The worker that asks knows who it is; a list shows whether the store does.
  const jobs = claimed.map(({ worker, ...job }) => job)
  return { settled, started, reported, claimed: jobs, nextDueIn, registered }
}

/** The time that has passed may show or not. */
function remembered(reply: ExchangeReply) {
  return { ...answered(reply), nextDueIn: null }
}

function outcome(world: World, plan: EndPlan, fence: Fence): Outcome {
  const neverRan = !plan.ran && (plan.kind === 'release' || plan.kind === 'cancel')
  const settling = {
    ...fence,
    ranFor: neverRan ? null : 5,
    ...filled(world, plan),
    ...(plan.progress ? { progress: '0.5', meta: '{"half":true}' } : {}),
    ...(plan.next ? { enqueue: newJobs(world, [plan.next]) } : {}),
  }
  const keep = plan.keep ? DAY : 0
  const delay = plan.later ? world.laterDelay() : 0
  switch (plan.kind) {
    case 'complete':
      return { ...settling, kind: 'complete', result: plan.later ? '{"done":"ü"}' : null, keep }
    case 'fail':
      return { ...settling, kind: 'fail', error: errorOf(fence), keep }
    case 'cancel':
      return { ...settling, kind: 'cancel', keep, ...(plan.later ? { error: errorOf(fence) } : {}) }
    case 'retry':
      return { ...settling, kind: 'retry', error: errorOf(fence), delay }
    case 'postpone':
      return { ...settling, kind: 'postpone', delay }
    case 'release':
      return { ...settling, kind: 'release' }
  }
}

function errorOf({ run }: Fence): ErrorRecord {
  const cause = { name: 'Error', message: 'why\nü', stack: null, code: 7, cause: null, attempt: run, time: 0 }
  return {
    name: 'TypeError',
    message: `run ${run}`,
    stack: 'at',
    code: 'E_X',
    cause: run % 2 ? cause : null,
    attempt: run,
    time: run % 2 ? Date.now() : 0,
  }
}

function begun(world: World, plan: StartPlan, fence: Fence): Start {
  return { ...fence, ago: LONG, ...filled(world, plan) }
}

function news(plan: ReportPlan, fence: Fence): Report {
  return {
    ...fence,
    ...(plan.progress ? { progress: `{"run":${fence.run}}` } : {}),
    ...(plan.meta ? { meta: '{"a":"ü"}' } : {}),
  }
}

function filled(world: World, { fill, fillLocks }: EndPlan | StartPlan): { readonly fill?: Fill } {
  if (fill === null) return {}
  return { fill: { maxAttempts: fill, keep: keepOf(fill % 2 ? 'day' : 'none'), locks: world.locks(fillLocks) } }
}

function claim(world: World, plan: ClaimPlan): Claim {
  return {
    id: randomUUID(),
    queues: plan.queues.map(({ queue, limit }) => ({ name: world.names.queue(queue), limit })),
    lanes: plan.lanes.map((lane) => world.names.task(lane)),
    start: plan.start,
    reserve: plan.reserve,
    reserveLocked: Math.min(plan.reserve, plan.reserveLocked),
    maxBytes: plan.small ? 250 : 1 << 20,
  }
}
