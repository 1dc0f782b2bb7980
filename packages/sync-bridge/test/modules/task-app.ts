import { isMainThread } from 'node:worker_threads'
import { createJobs, defineTask, memoryStore } from '@jobs-worker/core'
import { syncBridge } from '@jobs-worker/sync-bridge'

// A program whose tasks run in threads. The build tests run it in every form.

const thread = { isolation: 'thread', module: import.meta.url, maxAttempts: 1 } as const

export const render = defineTask({
  ...thread,
  name: 'render',
  locks: () => ['printer'],
  run: async ({ pages }: { pages: number }, { progress, setMeta, locks }) => {
    for (let page = 1; page <= pages; page++) progress({ page })
    setMeta({ inThread: !isMainThread })
    return { pages, held: (await locks.list()).map(({ key }) => key) }
  },
})

export const endless = defineTask({
  ...thread,
  name: 'endless',
  timeout: 50,
  run: () => {
    for (;;);
  },
})

async function main(): Promise<Record<string, unknown>> {
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  await using jobs = createJobs({ store: memoryStore(), tasks: [render, endless], threads: syncBridge(), log })
  await jobs.worker({ grace: 50 }).start()
  const job = await jobs.enqueue(render, { pages: 3 })
  const result = await job.result({ timeout: '1m' })
  const { progress, meta } = (await jobs.get(job.id)) ?? {}
  const spins = await jobs.enqueue(endless)
  await spins.result({ timeout: '1m' }).catch(() => {})
  const { state, errors } = (await jobs.get(spins.id)) ?? {}
  return { result, progress, meta, state, error: errors?.[0]?.code }
}

if (isMainThread) {
  main().then((report) => console.log(JSON.stringify(report)))
}
