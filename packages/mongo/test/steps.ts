import type { MongoClient } from 'mongodb'

export type Wrap = (method: (...args: unknown[]) => unknown) => (...args: unknown[]) => unknown

/** A step of a store: what it calls of one of its collections. */
export type Step = readonly [collection: string, method: string]

/**
 * A client whose first such step waits for something else to happen. Where that fails its process is dead: nothing that it
 * asks comes through any more.
 */
export function before(client: MongoClient, step: Step, meanwhile: () => Promise<unknown>): MongoClient {
  const [collection, method] = step
  let death: unknown
  let over = false
  const alive: Wrap = (ask) => {
    return (...args) => {
      if (death !== undefined) throw death
      return ask(...args)
    }
  }
  const waiting: Wrap =
    (ask) =>
    async (...args) => {
      if (!over) {
        over = true
        await meanwhile().catch((error: unknown) => {
          death = error
        })
      }
      return alive(ask)(...args)
    }
  const collectionOf: Wrap = (open) => {
    return (...args) => {
      const wraps = String(args[0]).endsWith(`_${collection}`) ? { [method]: waiting } : {}
      return around(open(...args) as object, wraps, alive)
    }
  }
  const databaseOf: Wrap = (open) => {
    return (...args) => around(open(...args) as object, { collection: collectionOf })
  }
  return around(client, { db: databaseOf })
}

/** The same object with some of its methods wrapped. */
export function around<T extends object>(
  target: T,
  wraps: Readonly<Record<string, Wrap>>,
  others: Wrap = (method) => method,
): T {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      return (wraps[String(key)] ?? others)(value.bind(target))
    },
  })
}
