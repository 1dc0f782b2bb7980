import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { redisBinary } from './redis-binary'
import { scratchDirectory } from './scratch'
import { startLocal, type TestServer } from './server'

/** A throw-away Sentinel on a free port of 127.0.0.1, which alone watches over a master, 'main', and replaces it soon. */
export async function startSentinel(master: TestServer): Promise<TestServer> {
  const command = await redisBinary()
  return startLocal(async (port) => {
    const directory = scratchDirectory('sentinel')
    const config = join(directory, 'sentinel.conf')
    const watch = [
      `monitor main 127.0.0.1 ${master.port} 1`,
      'down-after-milliseconds main 500',
      'failover-timeout main 3000',
    ]
    const lines = [`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, ...watch.map((line) => `sentinel ${line}`)]
    writeFileSync(config, `${lines.join('\n')}\n`)
    const process = { command, args: [config, '--sentinel'], ready: '+monitor master main', cwd: directory }
    return { kind: 'redis', url: `redis://127.0.0.1:${port}`, port, directory, process }
  })
}
