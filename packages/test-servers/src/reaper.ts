import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

type Verb = 'pid' | 'ended' | 'directory' | 'removed'

let reaper: ChildProcess | undefined

/**
 * Tells the reaper what to end or remove when this process is gone, even by SIGKILL: an exit hook would not run then,
 * and a database server would go on for ever.
 */
export function reap(verb: Verb, what: number | string): void {
  reaper ??= startReaper()
  reaper.stdin?.write(`${JSON.stringify([verb, what])}\n`)
}

function startReaper(): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./reaper-process.mjs', import.meta.url))], {
    detached: true, // an interrupt typed at the terminal must not reach it
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  })
  child.unref()
  const pipe = child.stdin as unknown as { unref(): void }
  pipe.unref()
  return child
}
