import { fork, type ChildProcess as NodeProcess } from 'node:child_process'
import { once } from 'node:events'
import { PROCESS, STATUS, TAG } from '../../thread/protocol.mjs'
import { PROCESS_ENTRY } from '../entry'
import { decodeThrown } from '../thrown'
import type { Answer, FromProcess, Reply, Single, ToProcess } from '../wire'
import { ProcessDeath, threadExit } from './death'
import { processArgv } from './exec-argv'
import { Known } from './known'
import type { PoolSettings } from './options'

export interface ChildHost {
  ready(): void
  replied(reply: Reply, micros: number): void
  posted(message: unknown): void
  /** `cause`: what ended its thread, or how the process itself ended. Comes once, and last. */
  gone(cause: unknown): void
}

/** A process with a thread for calls. Only one that has a call keeps this process alive. */
export class ChildProcess {
  readonly #process: NodeProcess
  readonly #host: ChildHost
  readonly #known = new Known()
  #cause: unknown
  #isGone = false
  isReady = false
  usedAt = performance.now()

  constructor({ memoryLimit, recycleAfter }: PoolSettings, host: ChildHost) {
    this.#host = host
    this.#process = fork(
      PROCESS_ENTRY,
      [String(recycleAfter), ...(memoryLimit === null ? [] : [String(memoryLimit)])],
      {
        execArgv: processArgv(process.execArgv),
        serialization: 'advanced',
      },
    )
    this.#process.on('message', (message) => this.#onMessage(message as FromProcess))
    this.#process.once('exit', (code, signal) => this.#onGone(this.#cause ?? new ProcessDeath(code, signal)))
    this.#process.on('error', (error) => {
      // What could not be sent to a process that is ending; its exit is still to come.
      if (this.#process.pid === undefined) this.#onGone(error)
    })
  }

  /** What a trip is answered whose call was taken back before it began. */
  get skipped(): Reply {
    return [TAG, STATUS.SKIPPED, undefined]
  }

  /** @throws where something in the call cannot be cloned */
  send([slot, ticket, fn, ...args]: Single): void {
    try {
      this.#post([PROCESS.CALL, [slot, ticket, this.#known.name(fn), ...args]])
    } catch (error) {
      this.#known.forget()
      throw error
    }
    this.#ref()
  }

  abort(ticket: number, reason: number): void {
    this.#post([PROCESS.ABORT, ticket, reason])
  }

  answer(answer: Answer): void {
    this.#post([PROCESS.ANSWER, answer])
  }

  /** Ends it, whatever it does; resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#isGone) return
    // Whoever waits for this is waited for.
    this.#ref()
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }

  #post(message: ToProcess): void {
    if (this.#process.connected) this.#process.send(message)
  }

  #onMessage([kind, value, micros = 0]: FromProcess): void {
    if (kind === PROCESS.READY) {
      this.isReady = true
      this.#unref()
      this.#host.ready()
    } else if (kind === PROCESS.REPLY) {
      this.usedAt = performance.now()
      this.#unref()
      this.#host.replied(value, micros)
    } else if (kind === PROCESS.POSTED) {
      this.#host.posted(value)
    } else {
      this.#cause = 'exitCode' in value ? threadExit(value.exitCode) : decodeThrown(value, 'a thread')
    }
  }

  #onGone(cause: unknown): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#host.gone(cause)
  }

  #ref(): void {
    this.#process.ref()
    this.#process.channel?.ref()
  }

  #unref(): void {
    this.#process.unref()
    this.#process.channel?.unref()
  }
}
