import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The first answer that is neither null, undefined nor false; asked again every 10 ms for at most `ms`.
 * For what announces itself by nothing else, such as the passing of time on a store's clock.
 */
export async function until<T>(what: string, ask: () => Promise<T | null | undefined | false>, ms = 8_000): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`)
    await sleep(10)
  }
}

/** A value that something else will bring. */
export class Signalled<T> {
  readonly #promise: Promise<T>
  #resolve: (value: T) => void = () => undefined

  constructor() {
    this.#promise = new Promise<T>((resolve) => {
      this.#resolve = resolve
    })
  }

  give(value: T): void {
    this.#resolve(value)
  }

  /** Throws where nothing came within `ms`. */
  async wait(what: string, ms = 8_000): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms)
    })
    return Promise.race([this.#promise, late]).finally(() => clearTimeout(timer))
  }
}
