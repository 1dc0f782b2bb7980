import { createServer } from 'node:net'
import { type ProcessOptions, ServerProcess } from './process'
import { removeScratch } from './scratch'

export type ServerKind = 'postgres' | 'redis' | 'mongodb'

export interface TestServer extends AsyncDisposable {
  readonly kind: ServerKind
  readonly url: string
  readonly port: number
  /** Of the server's main process. */
  readonly pid: number
  /** Ends it in good order; its data stays for `restart()`. */
  stop(): Promise<void>
  /** SIGKILL; its data stays for `restart()`. */
  kill(): Promise<void>
  /** Starts it again, on the same port and data; where it runs, it is stopped first. */
  restart(): Promise<void>
  /** Ends it and removes its data. */
  close(): Promise<void>
}

export interface LocalServerOptions {
  readonly kind: ServerKind
  readonly url: string
  readonly port: number
  readonly directory: string
  readonly process: ProcessOptions
  /** Runs after every start, before it counts as started. */
  readonly afterStart?: () => Promise<void>
}

const RESTART_PAUSE = 100
const RESTART_ATTEMPTS = 50

/** A server that this process started. */
class LocalServer implements TestServer {
  readonly kind: ServerKind
  readonly url: string
  readonly port: number
  readonly #options: LocalServerOptions
  readonly #process: ServerProcess

  constructor(options: LocalServerOptions) {
    this.kind = options.kind
    this.url = options.url
    this.port = options.port
    this.#options = options
    this.#process = new ServerProcess(options.process)
  }

  get pid(): number {
    return this.#process.pid
  }

  async start(): Promise<void> {
    await this.#process.start()
    await this.#options.afterStart?.()
  }

  stop(): Promise<void> {
    return this.#process.stop()
  }

  kill(): Promise<void> {
    return this.#process.kill()
  }

  async restart(): Promise<void> {
    await this.stop()
    for (let attempt = 1; ; attempt++) {
      // What was killed leaves children behind for a moment, and they hold its lock or its port.
      await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE))
      try {
        return await this.start()
      } catch (error) {
        if (attempt === RESTART_ATTEMPTS) throw error
      }
    }
  }

  async close(): Promise<void> {
    await this.kill()
    removeScratch(this.#options.directory)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** Starts what `prepare` describes on a free port; on another one where somebody else was quicker. */
export async function startLocal(prepare: (port: number) => Promise<LocalServerOptions>): Promise<TestServer> {
  for (let attempt = 1; ; attempt++) {
    const server = new LocalServer(await prepare(await freePort()))
    try {
      await server.start()
      return server
    } catch (error) {
      await server.close()
      if (attempt === 3) throw error
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (!address || typeof address === 'string') throw new Error('no free port on 127.0.0.1')
  return address.port
}
