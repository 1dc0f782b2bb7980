import { randomBytes } from 'node:crypto'
import type { Store } from '@jobs-worker/core/store'
import fc from 'fast-check'
import type { ConformanceOptions } from '../options'
import { sequences } from './arbitrary'
import { runSequence, SequenceError } from './run'
import type { Step } from './step'

export interface ModelOptions extends ConformanceOptions {
  /** How many sequences. @default 100 */
  readonly runs?: number
  /** At most so many steps in one. @default 40 */
  readonly steps?: number
  /** Milliseconds for all of it; what has not run by then is left out. @default 60,000 */
  readonly timeout?: number
  /** As a failure printed it, to see it again. @default the environment's JOBS_MODEL_SEED, else a new one each time */
  readonly seed?: number
}

/**
 * Registers one test: random sequences of port operations do the same on this store as on the in-memory reference, step
 * by step. A failure tells the shortest sequence that was found, and the seed.
 */
export function modelTest({ runner, store, runs = 100, steps = 40, timeout = 60_000, seed }: ModelOptions): void {
  runner.describe('the model', () => {
    runner.test(
      'random sequences of operations do what they do in memory',
      async () => {
        const namespace = `model_${randomBytes(5).toString('hex')}`
        const subject = await store.create(namespace)
        try {
          await subject.open()
          await check(subject, runs, steps, timeout, seed ?? seedOfEnvironment())
        } finally {
          await subject.close()
          await store.drop?.(namespace)
        }
      },
      timeout + 30_000,
    )
  })
}

async function check(subject: Store, runs: number, steps: number, timeout: number, seed: number | null): Promise<void> {
  const property = fc.asyncProperty(sequences(steps), (sequence) => runSequence(subject, sequence))
  const result = await fc.check(property, {
    numRuns: runs,
    interruptAfterTimeLimit: timeout,
    ...(seed === null ? {} : { seed }),
  })
  if (result.failed) throw new Error(failure(subject.name, result), { cause: result.errorInstance })
}

function seedOfEnvironment(): number | null {
  const text = process.env.JOBS_MODEL_SEED
  return text ? Number(text) : null
}

function failure(
  store: string,
  { seed, counterexample, errorInstance, numShrinks }: fc.RunDetails<[readonly Step[]]>,
): string {
  const steps = errorInstance instanceof SequenceError ? errorInstance.steps : undefined
  // Its last steps may be there only because nobody tried without.
  const sequence = counterexample?.[0].slice(0, steps) ?? []
  const lines = sequence.map((step, n) => `  ${n + 1}. ${JSON.stringify(step)}`)
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  return [
    `the ${store} store and the reference differ ${reason}`,
    `the shortest sequence found (seed ${seed}, cut down ${numShrinks} times):`,
    ...lines,
  ].join('\n')
}
