import { StoreUnavailableError } from '@jobs-worker/core/store'
import type { Client } from './driver'
import type { Script } from './scripts'

/** What a write waits for before it counts. */
export interface Wait {
  /** So many replicas have it, 1 to 10. */
  readonly replicas: number
  /** At most so many ms, 1 to 60,000; then the write failed with JOBS_STORE_UNAVAILABLE. @default 1000 */
  readonly timeout?: number
}

/** What a script answers; on a cluster some answer news too. */
export type Answer = Buffer | readonly [answer: Buffer, news: Buffer]

/** Scripts that change nothing which a failover could lose: they wait for nobody. */
const FREE: ReadonlySet<string> = new Set([
  'get_schedule',
  'blocked_jobs',
  'known_waits',
  'list_locks',
  'list_schedules',
  'check',
  'get',
  'list',
  'counts',
  'waiting',
  'beat',
  'outlook',
  'workers',
  'dead',
])

/**
 * Runs a script, then waits in the same connection until replicas have all that it has written so far. What was written
 * and not confirmed is still there: asked again, the script gives its first answer, and the replicas are waited for again.
 * @throws StoreUnavailableError
 */
export async function evaluate(
  client: Client,
  script: Script,
  by: 'sha' | 'text',
  args: readonly (string | Buffer)[],
  wait: Required<Wait> | null,
): Promise<Answer> {
  const [name, keys, ...rest] = [by === 'sha' ? script.sha : script.text, args.length - 1, ...args] as const
  if (wait === null || FREE.has(script.name)) {
    const answer = by === 'sha' ? client.evalshaBuffer(name, keys, ...rest) : client.evalBuffer(name, keys, ...rest)
    return (await answer) as Answer
  }
  const both = client.pipeline()
  if (by === 'sha') both.evalshaBuffer(name, keys, ...rest)
  else both.evalBuffer(name, keys, ...rest)
  const [answer, confirmed] = ((await both.wait(wait.replicas, wait.timeout).exec()) ?? []).map(unwrap)
  if (Number(confirmed) < wait.replicas) {
    const few = `${confirmed} of ${wait.replicas} replicas confirmed a write within ${wait.timeout} ms (option \`wait\`)`
    throw new StoreUnavailableError('redis', few)
  }
  return answer as Answer
}

function unwrap([error, value]: readonly [Error | null, unknown]): unknown {
  if (error !== null) throw error
  return value
}
