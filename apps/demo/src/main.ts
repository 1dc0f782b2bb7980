import { fileURLToPath } from 'node:url'
import { InvalidError } from '@jobs-worker/core'
import { demo } from './demo'
import { withJobs } from './jobs'
import { HELP, type Options, parseOptions } from './options'
import { screen } from './screen'
import { type Tick, work } from './work'

/** The repository: the default folders lie there. */
const root = fileURLToPath(new URL('../../../', import.meta.url))

async function main(options: Options): Promise<number> {
  const on = screen(process.stdout)
  if (options.help) {
    on.say(HELP)
    return 0
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  if (options.worker) {
    process.once('disconnect', () => stop.abort())
    await withJobs(options.store, (jobs) => work(jobs, tell, stop.signal))
    return 0
  }
  return (await demo(options, { screen: on, program: fileURLToPath(import.meta.url), stop: stop.signal })) ? 0 : 1
}

function tell(tick: Tick): void {
  if (process.connected) process.send?.(tick)
}

try {
  process.exitCode = await main(parseOptions(process.argv.slice(2), root))
} catch (error) {
  console.error(`demo: ${error instanceof InvalidError ? error.message : (error as Error).stack}`)
  process.exitCode = error instanceof InvalidError ? 2 : 1
}
// The channel to a parent keeps a process alive.
if (process.connected) process.disconnect()
