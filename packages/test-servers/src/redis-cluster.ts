import { Cluster, Redis } from 'ioredis'
import { startRedis } from './redis'
import type { TestServer } from './server'

const SLOTS = 16_384
const MASTERS = 3

export interface RedisClusterOptions {
  /** A replica for each master, which takes its place where it dies. @default false */
  readonly replicas?: boolean
}

/** A Redis Cluster of three masters, each with a third of the slots. */
export class RedisCluster {
  /** The masters. */
  readonly servers: readonly TestServer[]
  /** In the order of their masters. */
  readonly replicas: readonly TestServer[]

  private constructor(servers: readonly TestServer[], replicas: readonly TestServer[]) {
    this.servers = servers
    this.replicas = replicas
  }

  static async start({ replicas = false }: RedisClusterOptions = {}): Promise<RedisCluster> {
    const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': replicas ? '1000' : '5000' }
    const some = async (count: number) => {
      const servers: TestServer[] = []
      for (let n = 0; n < count; n++) servers.push(await startRedis({ settings }))
      return servers
    }
    const cluster = new RedisCluster(await some(MASTERS), await some(replicas ? MASTERS : 0))
    await cluster.#join()
    await cluster.#follow()
    return cluster
  }

  connect(): Cluster {
    return new Cluster([...this.servers, ...this.replicas].map(({ port }) => ({ host: '127.0.0.1', port })))
  }

  /** Runs something on every master. */
  onEach<T>(work: (client: Redis, n: number) => Promise<T>): Promise<T[]> {
    return on(this.servers, work)
  }

  async close(): Promise<void> {
    await Promise.all([...this.servers, ...this.replicas].map((server) => server.close()))
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
    await this.#comesUp([/cluster_state:ok/, /cluster_known_nodes:3/])
  }

  async #follow(): Promise<void> {
    if (this.replicas.length === 0) return
    const [first] = this.servers
    const masters = await this.onEach((client) => client.cluster('MYID'))
    await on(this.replicas, (client) => client.cluster('MEET', '127.0.0.1', String(first?.port)))
    await this.#comesUp([/cluster_known_nodes:6/])
    await on(this.replicas, (client, n) => client.cluster('REPLICATE', masters[n] as string))
    await soon('the replicas do not follow', async () => {
      const roles = await on(this.replicas, (client) => client.info('replication'))
      return roles.every((info) => /master_link_status:up/.test(info))
    })
  }

  #comesUp(signs: readonly RegExp[]): Promise<void> {
    return soon('the cluster does not come up', async () => {
      const states = await this.onEach((client) => client.cluster('INFO'))
      return states.every((info) => signs.every((sign) => sign.test(String(info))))
    })
  }
}

async function on<T>(servers: readonly TestServer[], work: (client: Redis, n: number) => Promise<T>): Promise<T[]> {
  const clients = servers.map(({ url }) => new Redis(url))
  try {
    return await Promise.all(clients.map(work))
  } finally {
    for (const client of clients) client.disconnect()
  }
}

async function soon(otherwise: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(otherwise)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function at(n: number): number {
  return Math.floor((SLOTS * n) / MASTERS)
}
