import { startRedis, type TestServer } from '@jobs-worker/test-servers'
import { Cluster, Redis } from 'ioredis'

const SLOTS = 16_384
const MASTERS = 3

/** A Redis Cluster of three masters, each with a third of the slots. */
export class TestCluster {
  readonly servers: readonly TestServer[]

  private constructor(servers: readonly TestServer[]) {
    this.servers = servers
  }

  static async start(): Promise<TestCluster> {
    const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '5000' }
    const servers: TestServer[] = []
    for (let n = 0; n < MASTERS; n++) servers.push(await startRedis({ settings }))
    const cluster = new TestCluster(servers)
    await cluster.#join()
    return cluster
  }

  connect(): Cluster {
    return new Cluster(this.servers.map(({ port }) => ({ host: '127.0.0.1', port })))
  }

  /** Runs something on every master. */
  async onEach<T>(work: (client: Redis, n: number) => Promise<T>): Promise<T[]> {
    const clients = this.servers.map(({ url }) => new Redis(url))
    try {
      return await Promise.all(clients.map(work))
    } finally {
      for (const client of clients) client.disconnect()
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()))
  }

  async #join(): Promise<void> {
    const [first] = this.servers
    const ranges = this.servers.map((_, n) => [at(n), at(n + 1) - 1] as const)
    await this.onEach(async (client, n) => {
      const [from, to] = ranges[n] as readonly [number, number]
      await client.call('cluster', 'addslotsrange', from, to).catch(async () => {
        // Before Redis 7 each slot is named.
        await client.cluster('ADDSLOTS', ...Array.from({ length: to - from + 1 }, (_, slot) => from + slot))
      })
      if (n > 0) await client.cluster('MEET', '127.0.0.1', String(first?.port))
    })
    const end = Date.now() + 20_000
    for (;;) {
      const states = await this.onEach((client) => client.cluster('INFO'))
      const whole = (info: unknown) =>
        /cluster_state:ok/.test(String(info)) && /cluster_known_nodes:3/.test(String(info))
      if (states.every(whole)) return
      if (Date.now() > end) throw new Error('the cluster does not come up')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

function at(n: number): number {
  return Math.floor((SLOTS * n) / MASTERS)
}
