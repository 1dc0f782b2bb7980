import type { Contestant } from './contestants'

export interface Plan {
  /** How often each contestant takes its turn. */
  readonly turns: number
  /** A factor on all sizes. */
  readonly scale: number
}

export interface SyncWorkload {
  readonly name: string
  readonly about: string
  readonly unit: string
  readonly better: 'more' | 'less'
  /** Only these take part. */
  readonly only?: readonly string[]
  /** One figure a turn; the median over the turns counts. */
  measure(contestants: readonly Contestant[], plan: Plan): Promise<ReadonlyMap<string, readonly number[]>>
}

interface Pool {
  close(): Promise<unknown>
}

/**
 * Opens all pools and lets them take turns: what else this machine does meets them all alike. An idle pool takes no time
 * from the one whose turn it is, but what it left in the caches does: the order is another one each time.
 */
export async function inTurns<P extends Pool>(
  contestants: readonly Contestant[],
  open: (contestant: Contestant) => P,
  turns: number,
  warmUp: (pool: P) => Promise<unknown>,
  turn: (pool: P) => Promise<number | null>,
): Promise<Map<string, number[]>> {
  const pools = contestants.map((contestant) => ({ name: contestant.name, pool: open(contestant) }))
  const figures = new Map<string, number[]>()
  try {
    for (const { pool } of pools) await warmUp(pool)
    for (let i = 0; i < turns; i++) {
      for (const { name, pool } of shuffled(pools)) {
        const figure = await turn(pool)
        if (figure !== null) figures.set(name, [...(figures.get(name) ?? []), figure])
      }
    }
  } finally {
    for (const { pool } of pools) await pool.close()
  }
  return figures
}

function shuffled<T>(list: readonly T[]): T[] {
  const keyed = list.map((item) => ({ item, key: Math.random() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
}

/** How a pool with so many threads is opened. */
export const threads = (count: number) => (contestant: Contestant) => contestant.open(count)

/** `count` calls, `flight` of them at a time; answers the milliseconds. */
export async function timed(call: () => Promise<unknown>, count: number, flight: number): Promise<number> {
  let left = count
  const caller = async () => {
    while (left-- > 0) await call()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: Math.min(flight, count) }, caller))
  return performance.now() - start
}
