import { ThreadCrashedError, ThreadExitedError, ThreadMemoryError } from '../errors'

/** What ended the thread of a running call, from what piscina says of it. */
export function deathOf(label: string, error: unknown): Error {
  if ((error as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new ThreadMemoryError(label, { cause: error })
  const exit = error instanceof Error ? /^worker exited with code: (-?\d+)$/.exec(error.message) : null
  if (exit !== null) return new ThreadExitedError(label, Number(exit[1]))
  return new ThreadCrashedError(label, 'an error that it neither threw nor caught brought its thread down', {
    cause: error,
  })
}
