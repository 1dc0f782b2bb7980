import { isMainThread } from 'node:worker_threads'
import { createJobs, defineTask, memoryStore } from '@jobs-worker/core'
import { syncBridge } from '@jobs-worker/sync-bridge'

// exported: a thread finds it in the module by its name
export const render = defineTask({
  name: 'render',
  isolation: 'thread',
  module: import.meta.url,
  timeout: '1m', // ends its thread if it does not stop by itself
  run: ({ pages }: { pages: number }, { signal, progress }) => {
    for (let page = 1; page <= pages && !signal.aborted; page++) progress({ page })
    return `${pages} pages, ${isMainThread ? 'on the event loop' : 'in a thread'}`
  },
})

if (isMainThread) {
  await using jobs = createJobs({ store: memoryStore(), tasks: [render], threads: syncBridge({ threads: 2 }) })
  await jobs.worker().start()
  const job = await jobs.enqueue(render, { pages: 3 })
  console.log(await job.result({ timeout: '1m' }))
}
