import { createJobs, defineTask } from '@jobs-worker/core'
import { pgliteStore } from '@jobs-worker/postgres'
import { z } from 'zod'

const greet = defineTask({
  name: 'greet',
  input: z.object({ name: z.string() }),
  async run({ name }) {
    return `Hello, ${name}!`
  },
})

const jobs = createJobs({ store: pgliteStore(), tasks: [greet] })

const worker = jobs.worker({ concurrency: 20 })
await worker.start()

const job = await jobs.enqueue(greet, { name: 'Ada' })
console.log(await job.result())

await jobs.close()
