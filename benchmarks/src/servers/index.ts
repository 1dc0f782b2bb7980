import type { ServerKind } from '../contestant'
import { postgresServer } from './postgres'
import type { Server } from './server'

const START: Record<ServerKind, () => Promise<Server>> = { postgres: postgresServer }

/** The servers of one run, each started when the first contestant needs it. */
export class Servers {
  readonly #started = new Map<ServerKind, Promise<Server>>()

  get(kind: ServerKind): Promise<Server> {
    const running = this.#started.get(kind) ?? START[kind]()
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
