import { ProcessCrashedError, ThreadCrashedError, ThreadExitedError, ThreadMemoryError } from '../errors'

/** A process that ended with nothing said. */
export class ProcessDeath extends Error {
  constructor(
    readonly exitCode: number | null,
    readonly signal: NodeJS.Signals | null,
  ) {
    super(signal === null ? `process exited with code: ${exitCode}` : `process ended by ${signal}`)
  }
}

/** As piscina says it. */
export function threadExit(exitCode: number): Error {
  return new Error(`worker exited with code: ${exitCode}`)
}

/** What ended the thread or process of a running call, from what piscina or `Processes` says of it. */
export function deathOf(label: string, error: unknown): Error {
  if (error instanceof ProcessDeath) return new ProcessCrashedError(label, error.exitCode, error.signal)
  if ((error as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new ThreadMemoryError(label, { cause: error })
  const exit = error instanceof Error ? /^worker exited with code: (-?\d+)$/.exec(error.message) : null
  if (exit !== null) return new ThreadExitedError(label, Number(exit[1]))
  return new ThreadCrashedError(label, 'an error that it neither threw nor caught brought its thread down', {
    cause: error,
  })
}
