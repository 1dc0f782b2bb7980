import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { UsageError } from '../errors'
import type { Io } from '../io'
import { type Ending, workHere } from './here'
import { openLog } from './log'
import type { WorkerSpec } from './plan'
import { readWork } from './settings'
import { DRAIN, EXIT_NOW, Stop } from './stop'

/** What a process of its own is to do. It travels between the processes, not on the command line, where all could read it. */
export interface Assignment {
  readonly flags: Readonly<Record<string, unknown>>
  readonly spec: WorkerSpec
}

export type ToWorker = { readonly assignment: Assignment } | { readonly stop: number }

export type FromWorker = { readonly started: true } | { readonly ending: Ending }

export const WORKER_PROCESS = 'worker-process'

export function forkWorker(): ChildProcess {
  return fork(process.argv[1] as string, [WORKER_PROCESS], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

/** The life of such a process, from its side. */
export async function beWorkerProcess(io: Io): Promise<number> {
  if (process.send === undefined) throw new UsageError(`${WORKER_PROCESS} is for jobs-worker itself: use work`)
  const stop = new Stop()
  const assigned = listen(stop)
  const { flags, spec } = await assigned
  const settings = await readWork(io, flags)
  const { log, end } = openLog(settings.logLevel, settings.logFormat)
  try {
    const onStarted = () => void tell({ started: true })
    const ending = await workHere(settings, [spec], { stop, log, replace: false, onStarted })
    await tell({ ending })
    return ending === 'failed' ? 1 : 0
  } finally {
    await end()
  }
}

async function listen(stop: Stop): Promise<Assignment> {
  // The terminal tells every process of an interrupt; ours to hear is what the supervisor makes of it.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => stop.raise(DRAIN))
  process.on('disconnect', () => stop.raise(DRAIN))
  process.on('message', (message: ToWorker) => {
    if ('stop' in message) stop.raise(message.stop)
  })
  stop.onRaise((level) => level >= EXIT_NOW && process.exit(1))
  for (;;) {
    const [message] = (await once(process, 'message')) as [ToWorker]
    if ('assignment' in message) return message.assignment
  }
}

/** Resolves when it is sent, or cannot be any more. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve())
    else resolve()
  })
}
