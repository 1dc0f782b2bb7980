import { connect, createServer, type Server, type Socket } from 'node:net'

type Mode = 'open' | 'silent' | 'refusing'

interface Link {
  readonly client: Socket
  readonly server: Socket
  /** The reply to what the client just sent is to be lost. */
  losing: boolean
}

interface Loss {
  readonly matching: (request: Buffer) => boolean
  readonly lost: () => void
}

/**
 * A TCP proxy before a real server, which makes "the network fails now" a step of a test. `url` is the server's, by way
 * of the proxy.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #target: URL
  readonly #listener: Server
  readonly #links = new Set<Link>()
  #mode: Mode = 'open'
  #loss: Loss | undefined

  private constructor(target: URL) {
    this.#target = target
    this.#listener = createServer((client) => this.#accept(client))
  }

  /** Starts one on a free port of 127.0.0.1. */
  static async start(serverUrl: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(serverUrl))
    await new Promise<void>((resolve, reject) => {
      proxy.#listener.once('error', reject).listen(0, '127.0.0.1', resolve)
    })
    return proxy
  }

  get url(): string {
    const url = new URL(this.#target)
    url.host = `127.0.0.1:${this.port}`
    return url.href
  }

  get port(): number {
    const address = this.#listener.address()
    if (!address || typeof address === 'string') throw new Error('the proxy is closed')
    return address.port
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#links.size
  }

  /** Cuts all connections; new ones get through. */
  cut(): void {
    for (const link of this.#links) sever(link)
  }

  /** Nothing gets through any more, and nobody is told: what a lost route or a full firewall table looks like. */
  silence(): void {
    this.#mode = 'silent'
    for (const { client, server } of this.#links) {
      client.pause()
      server.pause()
    }
  }

  /** Cuts all connections and every new one: what a server that is down looks like. */
  refuse(): void {
    this.#mode = 'refusing'
    this.cut()
  }

  /** All is well again; what waited in silence gets through now. */
  restore(): void {
    this.#mode = 'open'
    for (const { client, server } of this.#links) {
      client.resume()
      server.resume()
    }
  }

  /**
   * The next request that matches reaches the server, its reply is lost and its connection cut: the sender cannot know
   * whether it took effect. Resolves when that has happened.
   */
  loseNextReply(matching: (request: Buffer) => boolean = () => true): Promise<void> {
    return new Promise((lost) => {
      this.#loss = { matching, lost }
    })
  }

  async close(): Promise<void> {
    this.refuse()
    await new Promise((resolve) => this.#listener.close(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #accept(client: Socket): void {
    if (this.#mode === 'refusing') {
      client.resetAndDestroy()
      return
    }
    const server = connect(Number(this.#target.port), this.#target.hostname)
    const link: Link = { client, server, losing: false }
    this.#links.add(link)
    if (this.#mode === 'silent') {
      client.pause()
      server.pause()
    }
    client.on('data', (data) => this.#forwardRequest(link, data))
    server.on('data', (data) => this.#forwardReply(link, data))
    for (const socket of [client, server]) {
      socket.on('error', () => {}) // a broken connection ends in 'close'
      socket.on('close', () => {
        this.#links.delete(link)
        sever(link)
      })
    }
  }

  #forwardRequest(link: Link, data: Buffer): void {
    if (this.#loss?.matching(data)) link.losing = true
    link.server.write(data)
  }

  #forwardReply(link: Link, data: Buffer): void {
    const loss = this.#loss
    if (!link.losing || !loss) {
      link.client.write(data)
      return
    }
    this.#loss = undefined
    sever(link)
    loss.lost()
  }
}

function sever({ client, server }: Link): void {
  client.destroy()
  server.destroy()
}
