import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'

/** Pauses between two attempts to connect, in ms. */
const FIRST_PAUSE = 50
const LONGEST_PAUSE = 1_000

/**
 * Hears channels of a cluster through any one of its nodes: what is published on one is heard on all. Where that node is gone it
 * goes on with another, and says 'ready', as a `Redis` does: what was published meanwhile is lost. A `Cluster` that subscribes
 * changes its node too, and tells nobody; its `ping` asks another node than the one that it hears.
 */
export class NodeSubscriber extends EventEmitter {
  readonly #cluster: Cluster
  readonly #connectTimeout: number
  readonly #channels: string[] = []
  #node: Redis | null = null
  #ended = false

  constructor(cluster: Cluster, connectTimeout: number) {
    super()
    this.#cluster = cluster
    this.#connectTimeout = connectTimeout
  }

  get status(): string {
    return this.#node?.status ?? 'connecting'
  }

  async subscribe(...channels: string[]): Promise<void> {
    this.#channels.push(...channels)
    await this.#connect()
  }

  async ping(): Promise<unknown> {
    return this.#node?.ping()
  }

  disconnect(reconnect = false): void {
    this.#ended = !reconnect
    this.#node?.disconnect()
  }

  /** Resolves when some node is heard. */
  async #connect(): Promise<void> {
    for (let pause = FIRST_PAUSE; !this.#ended; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const node = this.#any()
      try {
        await node?.subscribe(...this.#channels)
        if (node !== undefined) return this.#hear(node)
      } catch (error) {
        node?.disconnect()
        this.emit('error', error)
      }
      await sleep(pause, undefined, { ref: false })
    }
  }

  /** A connection of its own to a node; undefined where the cluster knows none at the moment. */
  #any(): Redis | undefined {
    const nodes = this.#cluster.nodes('all')
    const node = nodes[Math.floor(Math.random() * nodes.length)]?.duplicate({
      connectTimeout: this.#connectTimeout,
      keepAlive: 10_000,
      lazyConnect: false,
      retryStrategy: () => null,
    })
    return node?.on('error', (error) => this.emit('error', error))
  }

  #hear(node: Redis): void {
    this.#node = node
    node.on('message', (channel: string, message: string) => this.emit('message', channel, message))
    node.on('messageBuffer', (channel: Buffer, message: Buffer) => this.emit('messageBuffer', channel, message))
    const again = async () => {
      this.#node = null
      if (this.#ended) return
      await this.#connect()
      if (!this.#ended) this.emit('ready')
    }
    if (node.status === 'end') void again()
    else node.once('end', again)
    if (this.#ended) node.disconnect()
  }
}
