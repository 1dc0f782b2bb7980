import { type EnqueueReply, type Keep, type NewJob, newJobId, type UniqueRule } from '@jobs-worker/core/store'
import fc from 'fast-check'
import type { JobPlan, KeepPlan } from './step'
import type { World } from './world'

const DAY = 86_400_000

/** Far enough ahead that both stores have stored the job before it is due. */
const SOON = 250

export async function enqueue(world: World, plans: readonly JobPlan[]): Promise<void> {
  const jobs = newJobs(world, plans)
  const request = world.request()
  const answers = ({ jobs: verdicts }: EnqueueReply) => verdicts
  const send = () => world.pair.ask('enqueue', (store) => store.enqueue(request, jobs), answers)
  await send()
  sentInTime(jobs)
  world.repeats.push(async () => void (await send()))
}

/** Makes jobs of plans, and notes that they are sent. */
export function newJobs(world: World, plans: readonly JobPlan[]): readonly NewJob[] {
  return plans.map((plan) => {
    const job = newJob(world, plan)
    world.sent.push(job.id)
    return job
  })
}

/**
 * Ends the run where jobs that are to become due soon came late: one store may have found them due, and nothing can be
 * said of what follows.
 */
export function sentInTime(sent: readonly NewJob[]): void {
  fc.pre(sent.every(({ due }) => !('at' in due) || Date.now() < due.at - SOON / 4))
}

function newJob(world: World, plan: JobPlan): NewJob {
  const queue = world.names.queue(plan.queue)
  const task = world.names.task(plan.task)
  const n = world.sent.length
  return {
    id: newJobId(queue),
    task,
    queue,
    lane: task,
    priority: plan.priority,
    input: JSON.stringify({ n, text: plan.large ? 'ü\n'.repeat(100) : '' }),
    headers: plan.large ? { 'x-n': `${n}` } : null,
    due: due(world, plan),
    maxAttempts: plan.maxAttempts,
    keep: keepOf(plan.keep),
    settings: plan.large ? { timeout: 1_000, postpone: { max: null } } : null,
    unique: plan.unique && rule(plan.unique),
    locks: world.locks(plan.locks),
    schedule: plan.large ? `schedule-${n}` : null,
  }
}

function due(world: World, plan: JobPlan): NewJob['due'] {
  if (plan.due === 'now') return { delay: 0 }
  if (plan.due === 'later') return { delay: world.laterDelay() }
  world.soon = Math.max(world.soon + 1, Date.now() + SOON)
  return { at: world.soon }
}

function rule(plan: Pick<UniqueRule, 'key' | 'while' | 'onConflict'>): UniqueRule {
  return { ...plan, window: plan.while === 'window' ? DAY : null }
}

export function keepOf(plan: KeepPlan): Keep | null {
  if (plan === 'none') return null
  const ms = plan === 'day' ? DAY : 0
  return { completed: ms, failed: ms, cancelled: ms }
}
