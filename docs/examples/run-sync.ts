import { createHash } from 'node:crypto'
import { isMainThread } from 'node:worker_threads'
import { runSync, syncFunction } from '@jobs-worker/sync-bridge'

// blocks its thread for as long as it counts
export const digest = syncFunction(import.meta.url, 'digest', (text: string, rounds: number) => {
  let value = text
  for (let i = 0; i < rounds; i++) value = createHash('sha256').update(value).digest('hex')
  return value
})

if (isMainThread) {
  const value = await runSync(digest, 'hello', 100_000) // the event loop goes on meanwhile
  console.log(value.length)
}
