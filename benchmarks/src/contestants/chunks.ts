const CHUNK = 1_000
const AT_ONCE = 2
const ONES_AT_ONCE = 50

/**
 * Sends all in chunks of a thousand, two on their way at any time: of what was tried (1,000 to 50,000 a statement, 1 to 4
 * at a time) the fastest for every contestant that has no way of its own.
 */
export async function inChunks<T>(all: readonly T[], send: (chunk: readonly T[]) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < all.length) {
      const chunk = all.slice(next, next + CHUNK)
      next += CHUNK
      await send(chunk)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

/** One call for each, fifty on their way at any time: for contestants that have no call for many. */
export async function oneByOne<T>(all: readonly T[], send: (one: T) => Promise<unknown>): Promise<void> {
  const rest = all.values()
  const lane = async () => {
    for (const one of rest) await send(one)
  }
  await Promise.all(Array.from({ length: ONES_AT_ONCE }, lane))
}
