import type { Connection } from './connection'
import type { Keys } from './keys'
import { SCRIPTS } from './scripts'
import { isUuid, SUFFIX, suffixOf } from './wire/ids'

/** What this process has noted in the registry is noted again after so many ms: somebody may have emptied the database. */
const NOTE_EVERY = 60_000

/** The registry of queues as this process knows it, and the way from an id to its queue. */
export class Queues {
  readonly #connection: Connection
  readonly #keys: Keys
  /** By the last digits of their jobs' ids. */
  readonly #bySuffix = new Map<string, Set<string>>()
  readonly #noted = new Map<string, { readonly at: number; readonly done: Promise<void>; isDone: boolean }>()
  #loading: Promise<readonly string[]> | null = null

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection
    this.#keys = keys
  }

  /** Makes sure that others find the queue; to be called before anything is put into it. */
  async note(name: string): Promise<void> {
    const noted = this.#noted.get(name)
    if (noted !== undefined && performance.now() - noted.at < NOTE_EVERY) return noted.done
    this.know(name)
    const done = this.#note(name)
    const noting = { at: performance.now(), done, isDone: false }
    this.#noted.set(name, noting)
    try {
      await done
      noting.isDone = true
    } catch (error) {
      this.#noted.delete(name)
      throw error
    }
  }

  /** Whether `note` has nothing to do. */
  isNoted(name: string): boolean {
    const noted = this.#noted.get(name)
    return noted?.isDone === true && performance.now() - noted.at < NOTE_EVERY
  }

  /** The queue exists, wherever that was learnt. */
  know(name: string): void {
    const suffix = suffixOf(name)
    const names = this.#bySuffix.get(suffix)
    if (names === undefined) this.#bySuffix.set(suffix, new Set([name]))
    else names.add(name)
  }

  /** All that are registered, in no order. */
  all(): Promise<readonly string[]> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null
    })
    return this.#loading
  }

  /** The queues that a job with this id may be in: one, except where names share a hash. */
  async of(id: string): Promise<readonly string[]> {
    if (!isUuid(id)) return []
    if (this.#known(id) === undefined) await this.all()
    return [...(this.#known(id) ?? [])]
  }

  /** Each with its place among all of them, by the queues that they may be in. */
  async group<T extends { readonly id: string }>(
    items: readonly T[],
  ): Promise<Map<string, [item: T, place: number][]>> {
    const groups = new Map<string, [T, number][]>()
    for (const [place, item] of items.entries()) {
      // What is known is not waited for: most of what a worker sends.
      for (const queue of this.#known(item.id) ?? (await this.of(item.id))) {
        const group = groups.get(queue)
        if (group === undefined) groups.set(queue, [[item, place]])
        else group.push([item, place])
      }
    }
    return groups
  }

  #known(id: string): ReadonlySet<string> | undefined {
    return this.#bySuffix.get(id.slice(-SUFFIX))
  }

  async #note(name: string): Promise<void> {
    await this.#connection.command((client) => client.sadd(this.#keys.queues, name))
    // Somebody who watches has told all queues that were registered then.
    const ttl = await this.#connection.command((client) => client.pttl(this.#keys.watch))
    if (ttl > 0) await this.#connection.run(SCRIPTS.watch, this.#keys.queue(name), [ttl])
  }

  async #load(): Promise<readonly string[]> {
    const names = await this.#connection.command((client) => client.smembers(this.#keys.queues))
    for (const name of names) this.know(name)
    return names
  }
}
