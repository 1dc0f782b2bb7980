import { FaultProxy, startRedis, type TestServer } from '@jobs-worker/test-servers'
import { withClient } from './harness'

/** A master and a replica of it, with a network between them that can fail. */
export class Replicated implements AsyncDisposable {
  private constructor(
    readonly master: TestServer,
    readonly replica: TestServer,
    readonly between: FaultProxy,
  ) {}

  static async start(): Promise<Replicated> {
    const master = await startRedis()
    const between = await FaultProxy.start(master.url)
    const replica = await startRedis({ settings: { replicaof: `127.0.0.1 ${between.port}` } })
    const pair = new Replicated(master, replica, between)
    await pair.#linked()
    return pair
  }

  /** Waits until the replica has all that the master had when this was called. */
  async synced(): Promise<void> {
    await withClient(this.master.url, async (client) => {
      // WAIT waits for what its own connection wrote, and with it for all before.
      await client.set('synced', Date.now())
      if ((await client.wait(1, 20_000)) < 1) throw new Error('the replica does not follow')
    })
  }

  /** The master dies at once, and the replica takes its place with what it has. */
  async failOver(): Promise<void> {
    await this.master.kill()
    await this.between.close()
    await withClient(this.replica.url, (client) => client.replicaof('NO', 'ONE'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.between.close().catch(() => {})
    await this.replica.close()
    await this.master.close()
  }

  /** Waits until the master counts the replica as online. */
  async #linked(): Promise<void> {
    await withClient(this.master.url, async (client) => {
      for (let n = 0; n < 500; n++) {
        if (/state=online/.test(await client.info('replication'))) return
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error('the replica does not connect')
    })
  }
}
