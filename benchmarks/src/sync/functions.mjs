// What the contestants' threads run. Plain JavaScript: none of them has to load a transformer first.
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

export const path = fileURLToPath(import.meta.url)

export function noop() {}

/** So much work, not so much time: what is shared with others takes longer. @param {number} rounds */
export function work(rounds) {
  let x = 1
  for (let i = 0; i < rounds; i++) x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0
  return x
}

/** @param {ArrayBuffer} buffer */
export function touch(buffer) {
  new Uint8Array(buffer)[0] = 1
  return buffer
}

/** @param {number} ms */
export function spin(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

if (!isMainThread) {
  // Only in a thread that workerpool started; the others have no use for it.
  const workerpool = process.argv.includes('workerpool') ? await import('workerpool') : undefined
  workerpool?.default.worker({
    noop,
    work,
    spin,
    touch: (buffer) => new workerpool.default.Transfer(touch(buffer), [buffer]),
  })
}
