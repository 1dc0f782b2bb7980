import { execFileSync } from 'node:child_process'

/**
 * Runs with all threads of this process, and what it forks, on one core, where the system can do that (`taskset`).
 *
 * Where only one thread at a time has something to do, a second core does not help it, but the system may put two threads
 * that wake each other on one core or on two, and leaves them there for hundreds of turns. On the virtual machine of our
 * figures a call costs 15 us then or 90: luck, which must not fall on one contestant.
 */
export async function onOneCore<T>(run: () => Promise<T>): Promise<T> {
  const cores = affinity()
  if (cores === null) return run()
  pin(cores.replace(/\D.*/, ''))
  try {
    return await run()
  } finally {
    pin(cores)
  }
}

/** The cores that this process may use: '0,1', '0-7'. */
function affinity(): string | null {
  try {
    return execFileSync('taskset', ['-c', '-p', String(process.pid)], { encoding: 'utf8' })
      .replace(/^.*: /, '')
      .trim()
  } catch {
    return null
  }
}

function pin(cores: string): void {
  execFileSync('taskset', ['-a', '-c', '-p', cores, String(process.pid)])
}
