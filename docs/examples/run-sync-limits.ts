import { isMainThread } from 'node:worker_threads'
import { aborted, move, ProcessCrashedError, runSync, syncFunction } from '@jobs-worker/sync-bridge'

export const search = syncFunction(import.meta.url, 'search', () => {
  let tried = 0
  while (!aborted()) tried++ // true from the abort or timeout on, also in a loop that never gives way
  throw new Error(`found nothing in ${tried} tries`)
})

export const invert = syncFunction(import.meta.url, 'invert', (pixels: Uint8Array) =>
  move(pixels.map((value) => 255 - value)),
)

export const crash = syncFunction(import.meta.url, 'crash', (): void => {
  process.kill(process.pid, 'SIGSEGV') // what a bug in native code comes to
  for (;;);
})

if (isMainThread) {
  // ended 100 ms after its timeout if it does not listen; `grace` says otherwise
  const late = await runSync
    .with({ timeout: '50ms' })(search)
    .catch((error) => error.code)
  console.log(late)

  // the buffer goes there and the result comes back without being copied
  const pixels = new Uint8Array(1_048_576)
  const inverted = await runSync.with({ transfer: [pixels.buffer] })(invert, pixels)
  console.log(inverted[0], pixels.length)

  // in a process of its own: a crash of native code fails this call alone
  const crashed = await runSync
    .with({ isolate: 'process' })(crash)
    .catch((error) => error)
  console.log(crashed instanceof ProcessCrashedError, crashed.signal)
}
