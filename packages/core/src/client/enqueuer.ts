import type { Catalog } from '../model/catalog'
import type { EnqueueOptions } from '../model/client'
import { InvalidError, LocksUnsupportedError, UniqueConflictError } from '../model/errors'
import { checkName } from '../model/names'
import type { AnyTask } from '../model/task'
import type { Events } from '../observe/events'
import type { Enqueued, EnqueueReply, NewJob, Store } from '../store/port'
import { GroupCommit, MAX_BYTES, MAX_JOBS, sizeOf } from './group-commit'
import { JobHandle } from './handle'
import { type Checked, type Plan, Preparer } from './prepare'
import type { Requester } from './requester'
import type { Results } from './results'

/** How long a lost answer is asked for again before the caller is told. */
const KEEP_TRYING = 10_000
/** So many requests of one `enqueueMany` are on their way at once: while a store works on some, others are written. */
const IN_FLIGHT = 8

/** A request's jobs, and what became of each. */
interface Placed {
  readonly jobs: readonly NewJob[]
  readonly answers: readonly Enqueued[]
}

/** Puts jobs into the store: single ones in shared requests, many in requests of a thousand. */
export class Enqueuer {
  readonly #store: Store
  readonly #catalog: Catalog
  readonly #events: Events
  readonly #requester: Requester
  readonly #results: Results
  readonly #preparer: Preparer
  readonly #plain: GroupCommit
  readonly #unique: GroupCommit
  /** Of calls that give no options: all that is said is said by the task. */
  readonly #plans = new WeakMap<AnyTask, Plan>()

  constructor(
    store: Store,
    catalog: Catalog,
    events: Events,
    requester: Requester,
    results: Results,
    payloadLimit: number,
  ) {
    this.#store = store
    this.#catalog = catalog
    this.#events = events
    this.#requester = requester
    this.#results = results
    this.#preparer = new Preparer(catalog, payloadLimit)
    this.#plain = new GroupCommit((jobs) => this.#send(jobs))
    this.#unique = new GroupCommit((jobs) => this.#send(jobs))
  }

  async one(task: AnyTask | string, input: unknown, options?: EnqueueOptions): Promise<JobHandle> {
    const plan = this.#plan(task, options)
    const checked = this.#preparer.check(plan, -1, input)
    const job = this.#preparer.job(plan, checked instanceof Promise ? await checked : checked)
    const enqueued = options?.tx === undefined ? await this.#gather(job) : await this.#inTransaction(options.tx, job)
    return this.#handle(enqueued, job)
  }

  /** The job that `one` would send. */
  async prepare(task: AnyTask | string, input: unknown, options?: EnqueueOptions): Promise<NewJob> {
    const plan = this.#plan(task, options)
    return this.#preparer.job(plan, await this.#preparer.check(plan, -1, input))
  }

  /** Sends a job that was prepared. */
  async prepared(job: NewJob): Promise<JobHandle> {
    return this.#handle(await this.#gather(job), job)
  }

  /** Checks all inputs before it sends any; no atomicity between requests. */
  async many(task: AnyTask | string, inputs: readonly unknown[], options?: EnqueueOptions): Promise<JobHandle[]> {
    const plan = this.#plan(task, options)
    const all = await this.#check(plan, inputs)
    const handles: JobHandle[] = []
    const flying: Promise<Placed>[] = []
    let conflicted: UniqueConflictError | undefined
    let landed = 0
    const land = async () => {
      const { jobs, answers } = await (flying.shift() as Promise<Placed>)
      for (const [i, job] of jobs.entries()) {
        const answer = answers[i] as Enqueued
        if (answer.outcome === 'conflict') conflicted ??= conflict(job, answer)
        handles.push(new JobHandle(answer, job, this.#results))
      }
      landed++
    }
    try {
      for (const request of requestsOf(all)) {
        // The first two alone: what is made in one go leaves only after it.
        if (flying.length >= Math.min(IN_FLIGHT, landed + 2)) await land()
        const jobs = request.map((checked) => this.#preparer.job(plan, checked))
        flying.push(this.#place(jobs, options?.tx))
        // A transaction is one connection of the caller's: one after another.
        if (options?.tx !== undefined) await land()
      }
      while (flying.length > 0) await land()
    } finally {
      await Promise.allSettled(flying)
    }
    if (conflicted !== undefined) throw conflicted
    return handles
  }

  #handle(enqueued: Enqueued, job: NewJob): JobHandle {
    if (enqueued.outcome === 'conflict') throw conflict(job, enqueued)
    return new JobHandle(enqueued, job, this.#results)
  }

  #plan(task: AnyTask | string, options: EnqueueOptions | undefined): Plan {
    if (options !== undefined || typeof task !== 'object' || task === null) return this.#planAnew(task, options)
    const known = this.#plans.get(task)
    if (known !== undefined) return known
    const plan = this.#planAnew(task, options)
    this.#plans.set(task, plan)
    return plan
  }

  #planAnew(task: AnyTask | string, options: EnqueueOptions | undefined): Plan {
    const name = nameOf(task)
    const definition = this.#definition(task, name)
    if (definition?.locks !== undefined && this.#store.locks === undefined)
      throw new LocksUnsupportedError(this.#store.name)
    return this.#preparer.plan(name, definition, options)
  }

  async #check(plan: Plan, inputs: readonly unknown[]): Promise<Checked[]> {
    if (!Array.isArray(inputs)) throw new InvalidError('inputs', inputs, 'an array')
    const all: Checked[] = []
    for (let i = 0; i < inputs.length; i++) {
      const checked = this.#preparer.check(plan, i, inputs[i])
      all.push(checked instanceof Promise ? await checked : checked)
    }
    return all
  }

  async #place(jobs: readonly NewJob[], tx: unknown): Promise<Placed> {
    const reply = await (tx === undefined ? this.#send(jobs) : this.#store.enqueueIn(tx, jobs))
    return { jobs, answers: reply.jobs }
  }

  #definition(task: AnyTask | string, name: string): AnyTask | undefined {
    return typeof task === 'string' ? this.#catalog.taskToEnqueue(name) : task
  }

  #gather(job: NewJob): Promise<Enqueued> {
    return (job.unique === null ? this.#plain : this.#unique).add(job)
  }

  async #inTransaction(tx: unknown, job: NewJob): Promise<Enqueued> {
    const reply = await this.#store.enqueueIn(tx, [job])
    return reply.jobs[0] as Enqueued
  }

  async #send(jobs: readonly NewJob[]): Promise<EnqueueReply> {
    const reply = await this.#requester.send(
      (request) => this.#store.enqueue(request, jobs),
      (elapsed) => elapsed < KEEP_TRYING,
    )
    this.#events.watched = reply.watched
    if (this.#events.wanted('enqueued')) {
      for (const [i, answer] of reply.jobs.entries()) {
        if (answer.outcome === 'created') this.#events.emit('enqueued', jobs[i] as NewJob)
      }
    }
    return reply
  }
}

function nameOf(task: AnyTask | string): string {
  return typeof task === 'string' ? checkName('task', task) : checkName('task.name', task?.name)
}

function conflict(job: NewJob, answer: Enqueued): UniqueConflictError {
  return new UniqueConflictError(job.task, job.unique?.key ?? '', answer.id)
}

function* requestsOf(all: readonly Checked[]): Generator<readonly Checked[]> {
  let from = 0
  let bytes = 0
  for (let i = 0; i < all.length; i++) {
    const size = sizeOf(all[i] as Checked)
    bytes += size
    if (i > from && (i - from === MAX_JOBS || bytes > MAX_BYTES)) {
      yield all.slice(from, i)
      from = i
      bytes = size
    }
  }
  if (from < all.length) yield all.slice(from)
}
