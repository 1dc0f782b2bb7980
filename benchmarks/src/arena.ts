import { forkProducer, forkRunner } from './child/handle'
import type { Contestant } from './contestant'
import type { Servers } from './servers'
import type { Database, Server } from './servers/server'
import type { Bench, Sample, Sizes, Workload } from './workload'

/** Gives every measurement a database of its own; what a workload wants to stand there is made once and copied. */
export class Arena {
  readonly #templates = new Map<string, Promise<Database>>()

  constructor(
    private readonly servers: Servers,
    private readonly sizes: Sizes,
  ) {}

  async measure(workload: Workload, contestant: Contestant): Promise<Sample> {
    const server = await this.servers.get(contestant.server)
    const database = await server.copy(await this.#template(workload, contestant, server))
    try {
      return await workload.measure(this.#bench(contestant, server, database))
    } finally {
      await server.drop(database)
    }
  }

  /** Frees the disk: what one workload had standing is seldom what the next one wants. */
  async forget(contestants: readonly Contestant[]): Promise<void> {
    for (const contestant of contestants) {
      const server = await this.servers.get(contestant.server)
      for (const [key, template] of this.#templates) {
        if (!key.startsWith(`${contestant.name}: `)) continue
        this.#templates.delete(key)
        await server.drop(await template)
      }
    }
  }

  #template(workload: Workload, contestant: Contestant, server: Server): Promise<Database> {
    const stock = workload.stock?.(this.sizes)
    const key = `${contestant.name}: ${stock?.key ?? 'empty'}`
    const template = this.#templates.get(key) ?? this.#make(contestant, server, (bench) => stock?.fill(bench))
    this.#templates.set(key, template)
    return template
  }

  async #make(
    contestant: Contestant,
    server: Server,
    fill: (bench: Bench) => Promise<void> | undefined,
  ): Promise<Database> {
    const database = await server.create()
    await contestant.install(database.url)
    await fill(this.#bench(contestant, server, database))
    await server.settle(database)
    return database
  }

  #bench(contestant: Contestant, server: Server, database: Database): Bench {
    return {
      contestant,
      server,
      database,
      jobs: this.sizes.jobs,
      standing: this.sizes.standing,
      producer: () => forkProducer(contestant.name, database.url),
      runner: () => forkRunner(contestant.name, database.url),
    }
  }
}
