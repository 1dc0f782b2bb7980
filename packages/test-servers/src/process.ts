import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { reap } from './reaper'
import type { Account } from './unprivileged'

export interface ProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  /** What it prints when it takes connections. */
  readonly ready: string
  /** How it is asked to end in good order. Default: SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
  readonly account?: Account | undefined
  readonly cwd?: string
}

const READY_TIMEOUT = 60_000
const STOP_TIMEOUT = 15_000
const KEPT_OUTPUT = 8_000

/** A server's process: started when it says that it is ready; it can be started again after it ended. */
export class ServerProcess {
  #child: ChildProcess | undefined
  #output = ''

  constructor(private readonly options: ProcessOptions) {}

  get pid(): number {
    if (!this.#child?.pid) throw new Error(`${this.options.command} is not running`)
    return this.#child.pid
  }

  get running(): boolean {
    return this.#child !== undefined
  }

  /** The latest output, for messages. */
  get output(): string {
    return this.#output
  }

  async start(): Promise<void> {
    if (this.#child) throw new Error(`${this.options.command} is running already`)
    this.#output = ''
    const child = this.#spawn()
    this.#child = child
    const ended = new Promise<never>((_, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => reject(new Error(`ended at its start with ${code ?? signal}`)))
    })
    const deadline = AbortSignal.timeout(READY_TIMEOUT)
    try {
      await Promise.race([this.#untilReady(child, deadline), ended])
    } catch (cause) {
      await this.kill()
      throw new Error(`${this.options.command} did not get ready: ${this.#output.trim()}`, { cause })
    }
    ended.catch(() => {}) // it ends one day, and that is no error any more
    unreference(child) // a server that was forgotten must not keep this process alive
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (!child) return
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT)
    child.kill(this.options.stopSignal ?? 'SIGTERM')
    await this.#exited(child)
    clearTimeout(kill)
  }

  /** SIGKILL, as a crash or the machine's memory killer would. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child) return
    child.kill('SIGKILL')
    await this.#exited(child)
  }

  #spawn(): ChildProcess {
    const { command, args, account, cwd } = this.options
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(account && { uid: account.uid, gid: account.gid }),
      ...(cwd && { cwd }),
    })
    if (child.pid) reap('pid', child.pid)
    child.once('exit', () => {
      if (child.pid) reap('ended', child.pid)
      if (this.#child === child) this.#child = undefined
    })
    child.once('error', () => {
      if (!child.pid) this.#child = undefined
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT)
        child.emit('output')
      })
    }
    return child
  }

  async #untilReady(child: ChildProcess, signal: AbortSignal): Promise<void> {
    while (!this.#output.includes(this.options.ready)) await once(child, 'output', { signal })
  }

  async #exited(child: ChildProcess): Promise<void> {
    if (!child.pid || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    await once(child, 'exit')
  }
}

function unreference(child: ChildProcess): void {
  child.unref()
  for (const stream of [child.stdout, child.stderr]) {
    const pipe = stream as unknown as { unref?(): void } | null
    pipe?.unref?.()
  }
}
