import type { Catalog } from '../model/catalog'
import type { EnqueueOptions } from '../model/client'
import { UniqueConflictError } from '../model/errors'
import { checkName } from '../model/names'
import type { AnyTask } from '../model/task'
import type { Events } from '../observe/events'
import type { Enqueued, EnqueueReply, NewJob, Store } from '../store/port'
import { GroupCommit, MAX_BYTES, MAX_JOBS, sizeOf } from './group-commit'
import { Preparer } from './prepare'
import type { Requester } from './requester'

/** How long a lost answer is asked for again before the caller is told. */
const KEEP_TRYING = 10_000
/** So many requests of one `enqueueMany` are on their way at once: one at work, one being written. */
const IN_FLIGHT = 2

/** A job that was sent, and what became of it. */
export interface Placed {
  readonly enqueued: Enqueued
  readonly job: NewJob
}

/** Puts jobs into the store: single ones in shared requests, many in requests of a thousand. */
export class Enqueuer {
  readonly #store: Store
  readonly #catalog: Catalog
  readonly #events: Events
  readonly #requester: Requester
  readonly #preparer: Preparer
  readonly #plain: GroupCommit
  readonly #unique: GroupCommit

  constructor(store: Store, catalog: Catalog, events: Events, requester: Requester, payloadLimit: number) {
    this.#store = store
    this.#catalog = catalog
    this.#events = events
    this.#requester = requester
    this.#preparer = new Preparer(catalog, payloadLimit)
    this.#plain = new GroupCommit((jobs) => this.#send(jobs))
    this.#unique = new GroupCommit((jobs) => this.#send(jobs))
  }

  async one(task: AnyTask | string, input: unknown, options?: EnqueueOptions): Promise<Placed> {
    const name = nameOf(task)
    const made = this.#preparer.one(name, this.#definition(task, name), input, options)
    const job = made instanceof Promise ? await made : made
    const enqueued = options?.tx === undefined ? await this.#gather(job) : await this.#inTransaction(options.tx, job)
    if (enqueued.outcome === 'conflict') throw conflict(job, enqueued)
    return { enqueued, job }
  }

  /** Checks all inputs before it sends any; no atomicity between requests. */
  async many(task: AnyTask | string, inputs: readonly unknown[], options?: EnqueueOptions): Promise<Placed[]> {
    const name = nameOf(task)
    const jobs = await this.#preparer.many(name, this.#definition(task, name), inputs, options)
    const answers: Enqueued[] = []
    const flying: Promise<EnqueueReply>[] = []
    const land = async () => {
      answers.push(...(await (flying.shift() as Promise<EnqueueReply>)).jobs)
    }
    try {
      for (const request of requestsOf(jobs)) {
        if (flying.length === IN_FLIGHT) await land()
        flying.push(options?.tx === undefined ? this.#send(request) : this.#store.enqueueIn(options.tx, request))
        // A transaction is one connection of the caller's: one after another.
        if (options?.tx !== undefined) await land()
      }
      while (flying.length > 0) await land()
    } finally {
      await Promise.allSettled(flying)
    }
    const taken = answers.findIndex((answer) => answer.outcome === 'conflict')
    if (taken >= 0) throw conflict(jobs[taken] as NewJob, answers[taken] as Enqueued)
    return answers.map((enqueued, i) => ({ enqueued, job: jobs[i] as NewJob }))
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

function* requestsOf(jobs: readonly NewJob[]): Generator<readonly NewJob[]> {
  let from = 0
  let bytes = 0
  for (const [i, job] of jobs.entries()) {
    bytes += sizeOf(job)
    if (i > from && (i - from === MAX_JOBS || bytes > MAX_BYTES)) {
      yield jobs.slice(from, i)
      from = i
      bytes = sizeOf(job)
    }
  }
  if (from < jobs.length) yield jobs.slice(from)
}
