import { StoreConfigError, StoreUnavailableError } from '@jobs-worker/core/store'
import type { Client, Subscriber } from './driver'
import { isMissingScript, translate } from './errors'
import type { Script } from './scripts'
import { evaluate, type Wait } from './wait'
import { type Packable, pack } from './wire/pack'
import { Reader } from './wire/reader'

export interface ConnectionOptions {
  readonly client: Client
  /** The client is this store's own: closed with it. */
  readonly owned: boolean
  /** Another client of the same kind, for the channel. */
  subscriber(): Subscriber
  /** Milliseconds. */
  readonly timeout: number
  /** All keys are on one server, so that a step may change several queues and locks at once. */
  readonly whole: boolean
  /** Whom each write waits for; null: nobody. */
  readonly wait: Required<Wait> | null
}

/** The way to Redis: runs scripts and commands, and tells errors in core's words. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #client: Client
  /** Why the client is not connected: its commands only tell that they were given up. */
  #latest: Error | null = null
  /** The tag of what concerns no single queue. */
  #shared: string | null = null
  #follow: (news: Reader) => Promise<void> = async () => undefined
  readonly #waiting = new Set<(error: Error) => void>()

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#client = options.client
    this.#client.on('error', this.#onError)
    this.#client.on('ready', this.#onReady)
    // Of its own accord ioredis would forget what it had sent. A client that was given may send it again itself.
    if (options.owned) this.#client.on('close', this.#onClose)
  }

  readonly #onClose = (): void => {
    const lost = new Error('Connection is closed: the answer is lost')
    for (const fail of this.#waiting) fail(lost)
  }

  readonly #onError = (error: Error): void => {
    this.#latest = error
  }

  readonly #onReady = (): void => {
    this.#latest = null
  }

  /** Whether all keys are on one server. */
  get whole(): boolean {
    return this.#options.whole
  }

  /** Scripts may change this beside their queue from now on, where it is on the same node. */
  share(tag: string): void {
    this.#shared = tag
  }

  /** On a cluster: does what scripts leave to be done on other nodes, before their answers count. */
  follow(news: (news: Reader) => Promise<void>): void {
    this.#follow = news
  }

  /** Runs a script, which Redis knows by its hash unless it was restarted. */
  async run(script: Script, key: string, message: Packable): Promise<Reader> {
    const argument = pack(message)
    const own = this.whole ? script : (script.apart ?? script)
    const beside = this.#shared !== null && (this.whole || key === this.#shared)
    const keys = beside ? [key, this.#shared as string] : [key]
    const reply = await this.command(async (client) => {
      try {
        return await evaluate(client, own, 'sha', [...keys, argument], this.#options.wait)
      } catch (error) {
        if (!isMissingScript(error)) throw error
        return evaluate(client, own, 'text', [...keys, argument], this.#options.wait)
      }
    })
    if (Buffer.isBuffer(reply)) return new Reader(reply)
    const [answer, news] = reply
    if (news.length > 0) await this.#follow(new Reader(news))
    return new Reader(answer)
  }

  /** @throws StoreUnavailableError where the answer may have been lost, StoreConfigError where asking again will not help */
  async command<T>(ask: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await this.#inTime(ask(this.#client))
    } catch (error) {
      throw translate(error, this.#latest)
    }
  }

  /** @throws StoreConfigError where the server is too old, or may throw jobs away */
  async check(allowEviction: boolean): Promise<void> {
    const server = await this.command((client) => client.info('server'))
    const version = /^(?:redis|valkey)_version:(\d+)\.(\d+)\S*/m.exec(server)
    if (version && Number(version[1]) * 100 + Number(version[2]) < 602) {
      throw new StoreConfigError('redis', `Redis ${version[0].split(':')[1]} is too old: 6.2 or later is needed`)
    }
    if (allowEviction) return
    const memory = await this.command((client) => client.info('memory'))
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'noeviction'
    if (policy === 'noeviction') return
    throw new StoreConfigError(
      'redis',
      `its maxmemory-policy is ${policy}: a full Redis would throw jobs away. Set it to noeviction, or pass \`allowEviction: true\``,
    )
  }

  subscriber(): Subscriber {
    return this.#options.subscriber()
  }

  async close(): Promise<void> {
    this.#client.off('ready', this.#onReady)
    if (this.#options.owned) {
      // Between two attempts to connect there is nothing that could end.
      const open = ['ready', 'connect', 'connecting', 'monitoring'].includes(this.#client.status)
      const end = open ? new Promise<void>((resolve) => this.#client.on('end', () => resolve())) : null
      this.#client.disconnect()
      await end
    } else {
      this.#client.off('error', this.#onError)
    }
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { timeout } = this.#options
      const late = () => fail(new StoreUnavailableError('redis', `no answer within ${timeout} ms`))
      const timer = setTimeout(late, timeout)
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(fail)
      }
      const fail = (error: unknown) => {
        done()
        reject(error)
      }
      this.#waiting.add(fail)
      answer.then((value) => {
        done()
        resolve(value)
      }, fail)
    })
  }
}
