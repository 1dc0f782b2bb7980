import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@jobs-worker/core'
import type { Ending } from './here'
import type { Assignment, FromWorker, ToWorker } from './process'
import { EXIT_NOW, type Stop } from './stop'

const FIRST_PAUSE = 500
const LONGEST_PAUSE = 30_000
/** A process that has lived so long did not fail for what its predecessor failed for. */
const STEADY = 60_000

export interface PlaceOptions {
  readonly stop: Stop
  readonly log: Logger
  fork(): ChildProcess
}

/** How one process ended. */
interface Life {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly ending: Ending | undefined
  readonly lasted: number
}

/** The place of one worker, held by one process after another. */
export class Place {
  readonly #assignment: Assignment
  readonly #options: PlaceOptions
  #child: ChildProcess | undefined
  #hasStarted = false
  #onStarted: () => void = () => undefined
  /** Resolves when its first process has a worker that runs. */
  readonly started = new Promise<void>((resolve) => {
    this.#onStarted = resolve
  })

  constructor(assignment: Assignment, options: PlaceOptions) {
    this.#assignment = assignment
    this.#options = options
  }

  /** Tells the process that holds it now, if any. */
  tell(message: ToWorker): void {
    if ('stop' in message && message.stop >= EXIT_NOW) this.#child?.kill('SIGKILL')
    else if (this.#child?.connected) this.#child.send(message, () => undefined)
  }

  /** Runs a process, and another whenever it ends, until told to stop; or answers the exit code of one that never started. */
  async keep(): Promise<number> {
    const { stop, log } = this.#options
    const { id, maxJobs } = this.#assignment.spec
    let pause = FIRST_PAUSE
    while (!stop.draining.aborted) {
      const life = await this.#live()
      if (stop.draining.aborted) return life.code === 0 ? 0 : 1
      if (!this.#hasStarted && life.code) return life.code
      if (life.code === 0) {
        const why = life.ending === 'exhausted' ? `has run ${maxJobs} jobs` : 'was told to stop'
        log.info(`worker '${id}' ${why}: another process takes its place`)
        pause = FIRST_PAUSE
        continue
      }
      if (life.lasted > STEADY) pause = FIRST_PAUSE
      const how = life.signal ?? `exit code ${life.code}`
      log.warn(`worker '${id}' ended unexpectedly (${how}), starting again in ${pause / 1_000}s`)
      await delay(pause, undefined, { signal: stop.draining }).catch(() => undefined)
      pause = Math.min(pause * 2, LONGEST_PAUSE)
    }
    return 0
  }

  async #live(): Promise<Life> {
    const begun = performance.now()
    const child = this.#options.fork()
    this.#child = child
    let ending: Ending | undefined
    child.on('message', (message: FromWorker) => {
      if ('ending' in message) ending = message.ending
      else this.#start()
    })
    this.tell({ assignment: this.#assignment })
    if (this.#options.stop.level > 0) this.tell({ stop: this.#options.stop.level })
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    this.#child = undefined
    return { code, signal, ending, lasted: performance.now() - begun }
  }

  #start(): void {
    this.#hasStarted = true
    this.#onStarted()
  }
}
