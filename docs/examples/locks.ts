import { createJobs, defineTask, memoryStore } from '@jobs-worker/core'

// a job that needs two accounts for itself while it runs
const transfer = defineTask({
  name: 'transfer',
  locks: ({ from, to }: { from: number; to: number }) => [`account:${from}`, `account:${to}`],
  async run({ from, to }, ctx) {
    // more locks, for this run: with those of the task, nested in any way
    await using ledger = await ctx.locks.acquire(['ledger'], { wait: '10s' })
    if (ledger === null) ctx.postpone('1m')
    console.log(`from ${from} to ${to}`)
  },
})

const jobs = createJobs({ store: memoryStore(), tasks: [transfer] })

// locks by hand: all or none, held until the end of the scope
{
  await using held = await jobs.locks.acquire(['account:7', 'account:9'], { wait: '10s' })
  if (held === null) throw new Error('somebody else has one of them')
  for (const lock of held) console.log(lock.key, lock.fence > 0)

  await jobs.enqueue(transfer, { from: 7, to: 8 })
  const worker = jobs.worker()
  await worker.drain() // nothing runs: the job waits for account:7
  const [waiting] = (await jobs.list({ states: ['blocked'] })).jobs
  console.log(waiting?.state, waiting?.locks)
}

await jobs.worker().drain() // from 7 to 8
console.log(await jobs.locks.list())
await jobs.close()
