import type { ClaimedJob, Fence } from '../store/port'
import { fenceOf } from './fence'
import { Line } from './line'
import { hasLocks } from './patience'
import type { Run } from './run'

/** The jobs that a worker holds: those that run, and those in its line. */
export class Holdings {
  readonly running = new Map<string, Run>()
  readonly line = new Line()
  #oldHead: string | undefined

  get none(): boolean {
    return this.running.size + this.line.length === 0
  }

  /** The leases to check at the next beat: what runs or holds locks, and what has stood in the line since the last one. */
  leases(): Fence[] {
    const waiting = this.line.jobs()
    const stale = waiting.length > 0 && waiting[0]?.id === this.#oldHead
    this.#oldHead = waiting[0]?.id
    const running: readonly ClaimedJob[] = [...this.running.values()].map((run) => run.job)
    return [...running, ...(stale ? waiting : waiting.filter(hasLocks))].map(fenceOf)
  }

  /** Others have these jobs. */
  lost(ids: readonly string[]): void {
    for (const id of ids) this.running.get(id)?.abort('lost')
    const gone = new Set(ids)
    this.line.remove((job) => gone.has(job.id))
  }
}
