import type { ServerKind } from '../contestant'
import { mongoServer } from './mongo'
import { postgresServer } from './postgres'
import { type Persistence, redisServer } from './redis'
import type { Server } from './server'

/** The servers of one run, each started when the first contestant needs it. */
export class Servers {
  readonly #start: Record<ServerKind, () => Promise<Server>>
  readonly #started = new Map<ServerKind, Promise<Server>>()

  /** @param persistence of Redis */
  constructor(persistence: Persistence) {
    this.#start = { postgres: postgresServer, redis: () => redisServer(persistence), mongo: mongoServer }
  }

  get(kind: ServerKind): Promise<Server> {
    const running = this.#started.get(kind) ?? this.#start[kind]()
    this.#started.set(kind, running)
    return running
  }

  async versions(): Promise<string[]> {
    return Promise.all([...this.#started.values()].map(async (server) => (await server).version))
  }

  async close(): Promise<void> {
    for (const server of this.#started.values()) await (await server).close()
  }
}
