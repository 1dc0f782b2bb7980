import type { Cluster, Redis } from 'ioredis'

export type When = 'before' | 'after'

/** A client that dies, as its process would, at one of its scripts: before it is sent, or before its answer is heard. */
export class Dying {
  readonly client: Cluster
  /** How many scripts it has sent since it was armed. */
  sent = 0
  dead = false
  #at = Number.POSITIVE_INFINITY
  #when: When = 'before'

  constructor(client: Cluster | Redis) {
    this.client = new Proxy(client, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        if (typeof value !== 'function') return value
        if (key !== 'evalshaBuffer' && key !== 'evalBuffer') return value.bind(target)
        return (...args: unknown[]) => this.#send(() => value.apply(target, args))
      },
    }) as Cluster
  }

  /** It dies at its n-th script from now on, counted from 1. */
  arm(n: number, when: When): void {
    this.sent = 0
    this.#at = n
    this.#when = when
  }

  async #send(send: () => Promise<unknown>): Promise<unknown> {
    this.sent += 1
    const dies = this.sent === this.#at
    if (this.dead || (dies && this.#when === 'before')) throw this.#die()
    // Redis may not know the script yet: then nothing was done.
    const answer = await send().catch((error) => {
      throw dies ? this.#die() : error
    })
    if (this.dead || dies) throw this.#die()
    return answer
  }

  #die(): Error {
    this.dead = true
    return new Error('killed')
  }
}
