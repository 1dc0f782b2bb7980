import type { Transferable } from 'node:worker_threads'
import { ABORTED, MOVED, THREAD } from '../thread/protocol.mjs'

interface ThreadState {
  aborted(): boolean
}

/**
 * In a thread: whether the running call was aborted or is over its time, and should return soon. Cheap, and true even
 * in a loop that never gives way to events. false outside of a thread.
 *
 * A function passed directly to `runSync` cannot import it; it gets it as an argument:
 * `runSync((n, aborted) => ..., 5, aborted)`.
 */
export function aborted(): boolean {
  return thread()?.aborted() ?? false
}
Object.defineProperty(aborted, ABORTED, { value: true })

/**
 * For a result: hands its memory over instead of copying it. `return move(buffer)`; what to transfer is found for a
 * buffer or a view and given for anything else. Outside of a thread it answers the value.
 */
export function move<T>(value: T, transfer?: readonly Transferable[]): T {
  if (thread() === undefined) return value
  const marked = Object.create(null)
  marked[MOVED] = { value, transfer: transfer ?? [ArrayBuffer.isView(value) ? value.buffer : value] }
  return marked
}

function thread(): ThreadState | undefined {
  return (globalThis as { [THREAD]?: ThreadState })[THREAD]
}
