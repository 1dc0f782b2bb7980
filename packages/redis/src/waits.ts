import type { ClaimedJob } from '@jobs-worker/core/store'

/** The claims under which workers of this process may be handed jobs: see lua/lib/wait.lua. */
export class Waits {
  /** By instance, of its latest claims: whether it has not heard of jobs that it was handed. A claim may be sent again after it has. */
  readonly #unheard = new Map<string, Map<string, boolean>>()

  /** To be called before a worker begins to wait; answers whether it may have been handed jobs by an earlier claim. */
  begin(instance: string, claim: string): boolean {
    const claims = this.#unheard.get(instance) ?? new Map<string, boolean>()
    this.#unheard.set(instance, claims)
    if (!claims.has(claim)) claims.set(claim, true)
    return [...claims].some(([other, unheard]) => unheard && other !== claim)
  }

  /** The answer to that: earlier claims have ended. Answers which of their jobs were not heard of. */
  begun(instance: string, claim: string, waits: boolean, handed: readonly ClaimedJob[]): readonly ClaimedJob[] {
    const claims = this.#unheard.get(instance)
    if (claims === undefined) return []
    const news = handed.filter((job) => claims.get(job.claim))
    const own = claims.get(claim)
    if (waits && own !== undefined) this.#unheard.set(instance, new Map([[claim, own]]))
    else this.#unheard.delete(instance)
    return news
  }

  /** Jobs were handed over; false: that is known already. */
  heard(instance: string, claim: string): boolean {
    const claims = this.#unheard.get(instance)
    if (!claims?.get(claim)) return false
    claims.set(claim, false)
    return true
  }

  /** How many workers may be handed jobs. */
  get size(): number {
    return this.#unheard.size
  }

  /** From now on it hears nothing. Answers the claims of whose jobs it had not heard. */
  end(instance: string): ReadonlySet<string> {
    const claims = this.#unheard.get(instance) ?? []
    this.#unheard.delete(instance)
    return new Set([...claims].filter(([, unheard]) => unheard).map(([claim]) => claim))
  }
}
