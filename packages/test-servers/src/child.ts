import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { reap } from './reaper'

export interface ChildOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A TypeScript program in a process of its own, run from the sources, with the workspace's packages from theirs. */
export class ChildProgram implements AsyncDisposable {
  /** What it printed on standard output so far, line by line. */
  readonly lines: string[] = []
  /** Resolves when it has ended. */
  readonly exited: Promise<Exit>
  #errors = ''
  readonly #child: ChildProcess
  readonly #events = new EventEmitter().setMaxListeners(0)

  constructor(file: string | URL, options: ChildOptions = {}) {
    const path = file instanceof URL ? fileURLToPath(file) : file
    this.#child = spawn(process.execPath, [...loaders(), path, ...(options.args ?? [])], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, TSX_TSCONFIG_PATH: rootFile('tsconfig.json'), ...options.env },
      ...(options.cwd && { cwd: options.cwd }),
    })
    if (this.#child.pid) reap('pid', this.#child.pid)
    this.exited = this.#watch()
  }

  get pid(): number {
    if (!this.#child.pid) throw new Error(`the program did not start: ${this.#errors}`)
    return this.#child.pid
  }

  /** What it printed on standard error so far. */
  get errors(): string {
    return this.#errors
  }

  /** The first line that contains the text, once it is printed. Rejects when the program ends without having printed it. */
  async line(containing: string): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => line.includes(containing))
      if (found !== undefined) return found
      const more = await Promise.race([once(this.#events, 'line'), this.exited])
      if (!Array.isArray(more) && !this.lines.some((line) => line.includes(containing))) {
        throw new Error(`the program ended (${JSON.stringify(more)}) without printing '${containing}': ${this.#errors}`)
      }
    }
  }

  /** Writes a line to its standard input. */
  send(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** Sends a signal, SIGKILL unless told otherwise, and waits until it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    this.#child.kill(signal)
    return this.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  async #watch(): Promise<Exit> {
    const { stdout, stderr, stdin } = this.#child
    stdin?.on('error', () => {}) // it may end while we write
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    if (stdout) {
      createInterface({ input: stdout }).on('line', (line) => {
        this.lines.push(line)
        this.#events.emit('line')
      })
    }
    const [code, signal] = (await once(this.#child, 'close')) as [number | null, NodeJS.Signals | null]
    reap('ended', this.pid)
    return { code, signal }
  }
}

function loaders(): string[] {
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const text = new URL('./text-loader.mjs', import.meta.url)
  return ['--import', pathToFileURL(tsx).href, '--import', text.href]
}

function rootFile(name: string): string {
  return fileURLToPath(new URL(`../../../${name}`, import.meta.url))
}
