import type { Fence } from '@jobs-worker/core/store'
import type { Party } from './parties'

/** So many are remembered; of more the oldest are forgotten, and give their locks up after their end. */
const MOST = 10_000

/** Runs that may hold locks, as far as this process has claimed them. */
export class HeldRuns {
  readonly #parties = new Map<string, Party>()

  add(fence: Fence, party: Party): void {
    this.#parties.set(nameOf(fence), party)
    if (this.#parties.size <= MOST) return
    for (const oldest of this.#parties.keys()) {
      this.#parties.delete(oldest)
      return
    }
  }

  find(fence: Fence): Party | undefined {
    return this.#parties.get(nameOf(fence))
  }

  delete(fence: Fence): void {
    this.#parties.delete(nameOf(fence))
  }
}

function nameOf({ id, run, claim }: Fence): string {
  return `${id}:${run}:${claim}`
}
