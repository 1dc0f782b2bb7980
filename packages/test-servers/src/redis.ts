import { redisBinary } from './redis-binary'
import { scratchDirectory } from './scratch'
import { startLocal, type TestServer } from './server'

export interface RedisOptions {
  /** Settings of redis.conf, e.g. `{ appendonly: 'yes' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A throw-away Redis server on a free port of 127.0.0.1; unless its settings say so, it keeps nothing over a restart. */
export async function startRedis(options: RedisOptions = {}): Promise<TestServer> {
  const command = await redisBinary()
  const settings = { save: '', appendonly: 'no', ...options.settings }
  return startLocal(async (port) => {
    const directory = scratchDirectory('redis')
    const own = { port: String(port), bind: '127.0.0.1', dir: directory }
    const args = Object.entries({ ...settings, ...own }).flatMap(([name, value]) => [`--${name}`, value])
    const process = { command, args, ready: 'Ready to accept connections', cwd: directory }
    return { kind: 'redis', url: `redis://127.0.0.1:${port}`, port, directory, process }
  })
}
