/** So many jobs to one script: more of them are several scripts, so that none keeps others waiting for long. */
export const STEP = 100

/** In pieces of one step each; at least one piece. */
export function inSteps<T>(all: readonly T[]): (readonly T[])[] {
  const steps = [all.slice(0, STEP)]
  for (let from = STEP; from < all.length; from += STEP) steps.push(all.slice(from, from + STEP))
  return steps
}

/**
 * Runs steps that handle at most so many jobs each, until there were `limit` or one had fewer than it was asked for; one
 * step at least.
 */
export async function byStep(limit: number, run: (most: number) => Promise<number>): Promise<number> {
  for (let count = 0; ; ) {
    const most = Math.min(Math.max(0, limit - count), STEP)
    const handled = await run(most)
    count += handled
    if (handled < most || count >= limit) return count
  }
}
