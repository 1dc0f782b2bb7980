import type { NewJob, UniqueRule } from '../port'
import { Heap, type Slotted } from './heap'

interface Holder extends Slotted {
  readonly scope: string
  readonly id: string
  /** The end of its window; null: until it is freed. */
  readonly until: number | null
}

type Keyed = Pick<NewJob, 'id' | 'queue' | 'task'>

/** Who has which unique key, scoped to queue and task. */
export class Keys {
  private readonly holders = new Map<string, Holder>()
  private readonly windows = new Heap<Holder>((a, b) => (a.until as number) < (b.until as number))

  /** The id of the job that has the key, or null. */
  holder(job: Keyed, rule: UniqueRule, now: number): string | null {
    this.expire(now)
    return this.holders.get(scope(job, rule))?.id ?? null
  }

  /** Gives the key to this job, whoever had it. */
  take(job: Keyed, rule: UniqueRule, now: number): void {
    const until = rule.while === 'window' ? now + (rule.window ?? 0) : null
    const holder = { scope: scope(job, rule), id: job.id, until, slot: 0 }
    this.forget(this.holders.get(holder.scope))
    this.holders.set(holder.scope, holder)
    if (until !== null) this.windows.push(holder)
  }

  /** The job gives its key up, where it has it and no window holds it. */
  free(job: Keyed, rule: UniqueRule): void {
    const holder = this.holders.get(scope(job, rule))
    if (holder?.id === job.id && holder.until === null) this.forget(holder)
  }

  private expire(now: number): void {
    for (let first = this.windows.peek(); first && (first.until as number) <= now; first = this.windows.peek()) {
      this.forget(first)
    }
  }

  private forget(holder: Holder | undefined): void {
    if (!holder) return
    this.holders.delete(holder.scope)
    if (holder.until !== null) this.windows.remove(holder)
  }
}

/** Names hold no NUL, so the parts cannot run into each other. */
function scope(job: Keyed, rule: UniqueRule): string {
  return `${job.queue}\0${job.task}\0${rule.key}`
}
