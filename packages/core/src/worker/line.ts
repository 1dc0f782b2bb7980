import type { ClaimedJob } from '../store/port'

/** The jobs that a worker has reserved, in claim order. */
export class Line {
  #jobs: ClaimedJob[] = []
  #head = 0

  get length(): number {
    return this.#jobs.length - this.#head
  }

  push(job: ClaimedJob): void {
    this.#jobs.push(job)
  }

  take(): ClaimedJob | undefined {
    if (this.#head === this.#jobs.length) return undefined
    const job = this.#jobs[this.#head++]
    if (this.#head > 512 && this.#head * 2 > this.#jobs.length) {
      this.#jobs = this.#jobs.slice(this.#head)
      this.#head = 0
    }
    return job
  }

  /** Takes all that `which` names. */
  remove(which: (job: ClaimedJob) => boolean): ClaimedJob[] {
    const left = this.#jobs.slice(this.#head)
    const taken = left.filter(which)
    if (taken.length > 0) {
      this.#jobs = left.filter((job) => !which(job))
      this.#head = 0
    }
    return taken
  }

  countOf(queue: string): number {
    let count = 0
    for (let i = this.#head; i < this.#jobs.length; i++) if (this.#jobs[i]?.queue === queue) count++
    return count
  }

  has(job: ClaimedJob): boolean {
    return this.#jobs.indexOf(job, this.#head) >= 0
  }

  /** The last one of those that `which` names. */
  last(which: (job: ClaimedJob) => boolean): ClaimedJob | undefined {
    for (let i = this.#jobs.length - 1; i >= this.#head; i--) {
      const job = this.#jobs[i] as ClaimedJob
      if (which(job)) return job
    }
    return undefined
  }

  jobs(): readonly ClaimedJob[] {
    return this.#jobs.slice(this.#head)
  }
}
