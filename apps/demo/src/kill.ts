import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Jobs } from '@jobs-worker/core'
import { count } from './format'
import { withJobs } from './jobs'
import { pages } from './pages'
import { FILES } from './queues'
import type { Bar, Screen } from './screen'
import type { Tick } from './work'

/** The jobs that the store shows as running when their worker is dead. */
export type Interrupted = ReadonlySet<string>

/** Works files off in a process that is killed when half of them are done, and then in a second one. */
export async function workWithKill(
  program: string,
  store: string,
  total: number,
  screen: Screen,
): Promise<Interrupted> {
  const first = startWorker(program, store)
  const done = await killAt(first, Math.ceil(total / 2), screen.bar(total))
  const interrupted = await withJobs(store, running)
  screen.say(
    `SIGKILL to worker process ${first.pid} after ${count(done)} files; ${interrupted.size} jobs were running.`,
  )
  screen.say('Another worker starts under the same id.')
  await finish(startWorker(program, store), screen.bar(total - done))
  return interrupted
}

async function running(jobs: Jobs): Promise<Interrupted> {
  const ids = new Set<string>()
  for await (const page of pages(jobs, { queue: FILES, states: ['running'], limit: 1_000 })) {
    for (const job of page) ids.add(job.id)
  }
  return ids
}

function startWorker(program: string, store: string): ChildProcess {
  return fork(program, ['--worker', '--store', store])
}

async function killAt(worker: ChildProcess, target: number, bar: Bar): Promise<number> {
  let done = 0
  worker.on('message', (tick: Tick) => {
    done = tick.done
    bar.show(tick)
    if (done >= target) worker.kill('SIGKILL')
  })
  const [code, signal] = (await once(worker, 'exit')) as [number | null, NodeJS.Signals | null]
  bar.end()
  if (signal !== 'SIGKILL') throw new Error(`the worker ended with exit code ${code} before it was killed`)
  return done
}

async function finish(worker: ChildProcess, bar: Bar): Promise<void> {
  worker.on('message', (tick: Tick) => bar.show(tick))
  const [code] = (await once(worker, 'exit')) as [number | null]
  bar.end()
  if (code !== 0) throw new Error(`the second worker ended with exit code ${code}`)
}
