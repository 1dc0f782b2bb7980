import type { Ears } from '@jobs-worker/core/store'
import pg from 'pg'
import { destroy } from './destroy-pg'
import { translate } from './errors'

const FIRST_WAIT = 100
const LONGEST_WAIT = 5_000

/** A silent connection is asked this often, in ms: a half-open socket tells nothing by itself. */
const CHECK_EVERY = 10_000

/** A connection of its own for LISTEN, made again, with growing waits, whenever it is lost. */
export class PgListener {
  readonly #config: pg.ClientConfig
  readonly #channel: string
  readonly #ears: Ears
  readonly #timeout: number
  #client: pg.Client | null = null
  #timer: NodeJS.Timeout | null = null
  #wait = FIRST_WAIT
  #stopped = false

  constructor(config: pg.ClientConfig, channel: string, ears: Ears, timeout: number) {
    this.#config = config
    this.#channel = channel
    this.#ears = ears
    this.#timeout = timeout
  }

  async start(): Promise<void> {
    try {
      await this.#connect()
    } catch (error) {
      throw translate(error, 'postgres')
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    const client = this.#client
    this.#client = null
    if (client === null) return
    const late = setTimeout(() => destroy(client), 1_000)
    await client.end().catch(() => {})
    clearTimeout(late)
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ ...this.#config, keepAlive: true, connectionTimeoutMillis: this.#timeout })
    client.on('error', () => this.#lost(client))
    client.on('end', () => this.#lost(client))
    client.on('notification', ({ payload }) => this.#ears.message(payload ?? ''))
    try {
      await client.connect()
      await this.#ask(client, `listen ${client.escapeIdentifier(this.#channel)}`)
    } catch (error) {
      destroy(client)
      throw error
    }
    if (this.#stopped) return void client.end().catch(() => {})
    this.#client = client
    this.#wait = FIRST_WAIT
    this.#checkLater(client)
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return
    this.#client = null
    destroy(client)
    this.#reconnectLater()
  }

  #reconnectLater(): void {
    if (this.#stopped) return
    this.#later(this.#wait * (0.75 + Math.random() / 2), async () => {
      try {
        await this.#connect()
      } catch {
        return this.#reconnectLater()
      }
      if (!this.#stopped) this.#ears.missed()
    })
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT)
  }

  #checkLater(client: pg.Client): void {
    this.#later(CHECK_EVERY, async () => {
      try {
        await this.#ask(client, 'select 1')
        if (this.#client === client) this.#checkLater(client)
      } catch {
        this.#lost(client)
      }
    })
  }

  async #ask(client: pg.Client, text: string): Promise<void> {
    const late = setTimeout(() => destroy(client), Math.min(this.#timeout, CHECK_EVERY))
    try {
      await client.query(text)
    } finally {
      clearTimeout(late)
    }
  }

  #later(ms: number, work: () => Promise<void>): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void work(), ms)
    this.#timer.unref()
  }
}
