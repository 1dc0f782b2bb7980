import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@jobs-worker/core'
import { isUnreachable, messageOf } from '../errors'
import { scrub } from '../secrets'

const FIRST_PAUSE = 500
const LONGEST_PAUSE = 10_000

export interface ConnectOptions {
  readonly label: string
  readonly log: Logger
  /** false: the first failure is thrown. */
  readonly wait: boolean
  /** Gives up, quietly. */
  readonly signal: AbortSignal
}

/** Does `connect`, again and again while the store is not reachable; false where the signal ended it. */
export async function connecting(connect: () => Promise<void>, options: ConnectOptions): Promise<boolean> {
  const { label, log, wait, signal } = options
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (signal.aborted) return false
    try {
      await connect()
      return true
    } catch (error) {
      if (!wait || !isUnreachable(error)) throw error
      log.warn(`store ${label} is not reachable, trying again in ${pause / 1_000}s: ${scrub(messageOf(error))}`)
    }
    await delay(pause, undefined, { signal }).catch(() => undefined)
  }
}
