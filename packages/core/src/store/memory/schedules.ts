import type {
  Fired,
  FireReply,
  Firing,
  NewSchedule,
  ScheduleChange,
  SchedulePage,
  ScheduleRecord,
  Schedules,
  TakeReply,
} from '../port'
import type { Channel } from './channel'
import { enqueueJob } from './enqueue'
import type { Jobs } from './jobs'

type Kept = { -readonly [Field in keyof ScheduleRecord]: ScheduleRecord[Field] } & {
  /** Goes to nobody before. */
  heldUntil: number
}

type Step = <T>(work: () => T) => Promise<T>

export class MemorySchedules implements Schedules {
  private readonly all = new Map<string, Kept>()
  private latest = 0

  constructor(
    private readonly jobs: Jobs,
    private readonly channel: Channel,
    private readonly step: Step,
  ) {}

  clock(): Promise<number> {
    return this.step(() => this.jobs.now())
  }

  upsert(given: NewSchedule): Promise<ScheduleRecord> {
    return this.step(() => {
      const kept = this.all.get(given.name)
      const revision = this.nextRevision()
      const active = given.active ?? kept?.active ?? true
      const moved = kept?.timing !== given.timing
      const timed = moved ? { epoch: revision, nextRunAt: given.nextRunAt } : pick(kept as Kept)
      const history = kept ?? { createdAt: this.jobs.now(), lastRunAt: null, lastJob: null, runs: 0 }
      const schedule: Kept = { ...history, ...given, ...timed, active, revision, heldUntil: 0 }
      this.all.set(given.name, schedule)
      this.jobs.queue(given.queue)
      return toRecord(schedule)
    })
  }

  get(name: string): Promise<ScheduleRecord | null> {
    return this.step(() => {
      const kept = this.all.get(name)
      return kept ? toRecord(kept) : null
    })
  }

  list(limit: number, cursor = ''): Promise<SchedulePage> {
    return this.step(() => {
      const names = [...this.all.keys()].filter((name) => name > cursor).sort()
      const page = names.slice(0, limit)
      return {
        schedules: page.map((name) => toRecord(this.all.get(name) as Kept)),
        cursor: names.length > limit ? (page.at(-1) as string) : null,
      }
    })
  }

  remove(name: string): Promise<boolean> {
    return this.step(() => this.all.delete(name))
  }

  change(name: string, { revision, ...changes }: ScheduleChange): Promise<'changed' | 'stale' | 'unknown'> {
    return this.step(() => {
      const kept = this.all.get(name)
      if (!kept) return 'unknown'
      if (kept.revision !== revision) return 'stale'
      kept.revision = this.nextRevision()
      if (changes.nextRunAt !== undefined) kept.epoch = kept.revision
      Object.assign(kept, changes, { heldUntil: 0 })
      return 'changed'
    })
  }

  take(limit: number, maxBytes: number): Promise<TakeReply> {
    return this.step(() => {
      const now = this.jobs.now()
      const waiting = [...this.all.values()]
        .filter((kept) => kept.active && kept.nextRunAt !== null)
        .sort((a, b) => lookAt(a) - lookAt(b))
      const due: ScheduleRecord[] = []
      let bytes = 0
      for (const kept of waiting) {
        bytes += kept.definition.length
        if (lookAt(kept) > now || due.length === limit || (bytes > maxBytes && due.length > 0)) break
        due.push(toRecord(kept))
        kept.heldUntil = now + kept.retryDelay
      }
      const next = waiting.length === 0 ? null : Math.min(...waiting.map(lookAt))
      return { now, due, nextIn: next === null ? null : Math.max(0, next - now) }
    })
  }

  fire(firings: readonly Firing[]): Promise<FireReply> {
    return this.step(() => ({
      fired: firings.map((firing) => this.fireOne(firing)),
      watched: this.channel.watched,
    }))
  }

  private fireOne({ name, revision, nextRunAt, jobs, next }: Firing): Fired {
    const kept = this.all.get(name)
    if (!kept || kept.revision !== revision || kept.nextRunAt !== nextRunAt) return { stale: true }
    const enqueued = jobs.map(({ job }) => enqueueJob(this.jobs, job))
    kept.nextRunAt = next
    kept.heldUntil = 0
    kept.runs += jobs.length
    kept.lastRunAt = jobs.at(-1)?.time ?? kept.lastRunAt
    kept.lastJob = enqueued.at(-1)?.id ?? kept.lastJob
    return { stale: false, jobs: enqueued }
  }

  /** Above all that were ever given, also to schedules that are gone. */
  private nextRevision(): number {
    this.latest = Math.max(this.latest + 1, this.jobs.now() * 1_000)
    return this.latest
  }
}

function pick({ epoch, nextRunAt }: Kept): Pick<Kept, 'epoch' | 'nextRunAt'> {
  return { epoch, nextRunAt }
}

function lookAt(kept: Kept): number {
  return Math.max(kept.nextRunAt as number, kept.heldUntil)
}

function toRecord({ heldUntil: _, ...record }: Kept): ScheduleRecord {
  return record
}
