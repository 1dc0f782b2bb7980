import { MAX_BYTES, MAX_JOBS, sizeOf } from '../client/group-commit'
import { type Duration, parseDuration } from '../model/duration'
import { codeOf, isUnavailable } from '../model/error-code'
import { InvalidError } from '../model/errors'
import { type Logger, logInfo } from '../model/logger'
import { checkKnown } from '../model/names'
import type { Events } from '../observe/events'
import type { Firing, ScheduleRecord, Store, TakeReply } from '../store/port'
import { decide } from './decide'

export interface SchedulerOptions {
  /** How often it looks for schedules that others have registered; known times it meets by itself. Default '1s', at least 10ms. */
  readonly pollInterval?: Duration
}

export interface SchedulerParts {
  readonly store: Store
  readonly events: Events
  readonly log: Logger
  /** It belongs to workers, whose lines tell that they run. */
  readonly ofWorkers: boolean
  open(): Promise<void>
}

/** What is due but in the hands of another is looked at again after so many ms. */
const HELD = 50

/** @throws InvalidError */
export function parseSchedulerOptions(options: SchedulerOptions): number {
  checkKnown('scheduler', options, ['pollInterval'])
  const ms = parseDuration('scheduler.pollInterval', options.pollInterval ?? '1s')
  if (ms < 10) throw new InvalidError('scheduler.pollInterval', options.pollInterval, 'a duration of at least 10ms')
  return ms
}

/** Enqueues the jobs of schedules that are due. Needs no task; any number may run, in any number of processes. */
export class Scheduler {
  readonly #parts: SchedulerParts
  readonly #pollInterval: number
  #isScheduling = false
  #starting: Promise<void> | undefined
  #round: Promise<void> | undefined
  #again = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: SchedulerParts, pollInterval: number) {
    this.#parts = parts
    this.#pollInterval = pollInterval
  }

  /** Whether it was started and not stopped. */
  get isScheduling(): boolean {
    return this.#isScheduling
  }

  /** Resolves when the store is open and it looks for what is due. */
  start(): Promise<void> {
    this.#starting ??= this.#start().catch((error) => {
      this.#starting = undefined
      throw error
    })
    return this.#starting
  }

  /** Finishes what it has taken. */
  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined)
    if (!this.#isScheduling) return
    this.#isScheduling = false
    this.#starting = undefined
    clearTimeout(this.#timer)
    await this.#round
    this.#tell('scheduler stopped')
  }

  /** Looks now: a schedule was registered or changed. */
  wake(): void {
    if (!this.#isScheduling) return
    clearTimeout(this.#timer)
    if (this.#round !== undefined) {
      this.#again = true
      return
    }
    this.#round = this.#look().then((wait) => {
      this.#round = undefined
      if (this.#isScheduling) this.#timer = setTimeout(() => this.wake(), this.#again ? 0 : wait)
      this.#again = false
    })
  }

  async #start(): Promise<void> {
    await this.#parts.open()
    this.#isScheduling = true
    this.#tell('scheduler started')
    this.wake()
  }

  #tell(line: string): void {
    const { log, ofWorkers } = this.#parts
    if (ofWorkers) log.debug(line)
    else logInfo(log, () => line)
  }

  /** Fires all that is due. Answers how long there is nothing to do, in ms. */
  async #look(): Promise<number> {
    // Processes that started together must not go on together.
    const poll = this.#pollInterval * (0.8 + Math.random() * 0.2)
    let ahead: Promise<TakeReply> | undefined
    try {
      for (;;) {
        const { due, now, nextIn } = await (ahead ?? this.#take())
        // What was asked while others fired does not know of their next times.
        const known = ahead === undefined
        ahead = undefined
        if (due.length === 0 && known) return Math.min(poll, nextIn === 0 ? HELD : (nextIn ?? poll))
        // Where there are many, the store looks for the next ones while these are decided on.
        if (due.length === MAX_JOBS && this.#isScheduling) ahead = this.#take()
        ahead?.catch(() => {})
        for (const request of requestsOf(this.#decide(due, now))) await this.#fire(request)
        if (ahead === undefined && !this.#isScheduling) return poll
      }
    } catch (error) {
      this.#complain('looking for schedules that are due', error)
      return poll
    }
  }

  #take(): Promise<TakeReply> {
    return this.#parts.store.schedules.take(MAX_JOBS, MAX_BYTES)
  }

  #decide(due: readonly ScheduleRecord[], now: number): Firing[] {
    return due.flatMap((schedule) => {
      try {
        return [decide(schedule, now)]
      } catch (error) {
        this.#complain(`schedule '${schedule.name}' cannot be read`, error)
        return []
      }
    })
  }

  /** One that the store refuses must not take strangers with it; it is tried again after its `retryDelay`. */
  async #fire(firings: readonly Firing[]): Promise<void> {
    try {
      await this.#send(firings)
    } catch (error) {
      if (isUnavailable(error)) throw error
      if (firings.length > 1) for (const firing of firings) await this.#fire([firing])
      else this.#complain(`schedule '${firings[0]?.name}' made no job`, error)
    }
  }

  async #send(firings: readonly Firing[]): Promise<void> {
    const { events, log, store } = this.#parts
    const { fired, watched } = await store.schedules.fire(firings)
    events.watched = watched
    for (const [i, outcome] of fired.entries()) {
      if (outcome.stale) continue
      const { name, jobs } = firings[i] as Firing
      for (const { id, outcome: became } of outcome.jobs) {
        logInfo(log, () => `schedule '${name}' ${became === 'created' ? 'enqueued' : 'found'} job ${id}`)
        const made = became === 'created' ? jobs.find(({ job }) => job.id === id) : undefined
        if (made !== undefined && events.wanted('enqueued')) events.emit('enqueued', made.job)
      }
    }
  }

  /** A store that is away comes back by itself. */
  #complain(what: string, error: unknown): void {
    if (isUnavailable(error) || codeOf(error) === 'JOBS_STORE_CLOSED') return
    this.#parts.log.error(`${what}: ${(error as Error)?.message}`)
  }
}

/** One scheduler for all workers of a process: it runs while one of them does. */
export class SharedScheduler {
  readonly #scheduler: Scheduler
  #users = 0

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  async start(): Promise<void> {
    if (this.#users++ === 0) await this.#scheduler.start()
  }

  async stop(): Promise<void> {
    if (this.#users > 0 && --this.#users === 0) await this.#scheduler.stop()
  }
}

function* requestsOf(firings: readonly Firing[]): Generator<readonly Firing[]> {
  let request: Firing[] = []
  let [count, bytes] = [0, 0]
  for (const firing of firings) {
    const size = firing.jobs.reduce((sum, { job }) => sum + sizeOf(job), 0)
    if (request.length > 0 && (count + firing.jobs.length > MAX_JOBS || bytes + size > MAX_BYTES)) {
      yield request
      request = []
      ;[count, bytes] = [0, 0]
    }
    request.push(firing)
    count += firing.jobs.length
    bytes += size
  }
  if (request.length > 0) yield request
}
