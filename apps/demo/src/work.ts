import { setTimeout } from 'node:timers/promises'
import type { Jobs, Worker } from '@jobs-worker/core'
import { isWaiting } from './jobs'
import { EXTRAS, FILES } from './queues'
import { endless } from './tasks/endless'
import { measureFile } from './tasks/measure-file'

/** A worker that starts under the id of a dead one takes its jobs over, at once where its process is gone. */
const WORKER = 'demo-worker'

/** Most of them wait for a thread: each that is free finds the next file there. */
const CONCURRENCY = 32
const LOOK_EVERY = 250

export interface Tick {
  /** Files done since the start. */
  readonly done: number
  /** A big file that is being measured. */
  readonly note?: string
}

/** Runs a worker until no job waits any more, or the signal says to stop. */
export async function work(jobs: Jobs, onTick: (tick: Tick) => void, stop: AbortSignal): Promise<void> {
  report(jobs, onTick)
  const worker = jobs.worker({ id: WORKER, queues: [FILES, EXTRAS], concurrency: CONCURRENCY })
  await worker.start()
  while (!stop.aborted && ((await isWaiting(jobs, FILES)) || (await isWaiting(jobs, EXTRAS)))) {
    await cancelEndless(jobs, worker)
    await setTimeout(LOOK_EVERY, undefined, { signal: stop }).catch(() => {})
  }
  // Stopped early: what is not done by then is given back, and costs no attempt.
  await worker.stop({ timeout: '3s' })
}

async function cancelEndless(jobs: Jobs, worker: Worker): Promise<void> {
  for (const { id, task } of worker.running) {
    // The worker runs what it has claimed before the store knows of the start: wait until everybody can see it run.
    if (task === endless.name && (await jobs.get(id))?.state === 'running') await jobs.cancel(id)
  }
}

function report(jobs: Jobs, onTick: (tick: Tick) => void): void {
  let done = 0
  for (const end of ['completed', 'failed'] as const) {
    jobs.on(end, ({ task }) => {
      if (task === measureFile.name) onTick({ done: ++done })
    })
  }
  jobs.on('progress', ({ task, data }) => {
    if (task !== measureFile.name || data === undefined) return
    onTick({ done, note: (data as { file: string }).file })
  })
}
