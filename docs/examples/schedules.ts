import { createJobs, defineTask, memoryStore } from '@jobs-worker/core'

const report = defineTask({
  name: 'report',
  run: ({ of }: { of: string }, { job }) => console.log(`${of} by ${job.schedule}`),
})
const jobs = createJobs({ store: memoryStore(), tasks: [report] })
const input = { of: 'sales' }

// Registered at every start of the application: what is there already keeps its next time and its history.
await jobs.schedules.upsert('nightly', { task: report, input, cron: '0 3 * * *', tz: 'Europe/Zurich' })
await jobs.schedules.upsert('quarter', { task: report, input, calendar: { minute: [0, 15, 30, 45] } })
await jobs.schedules.upsert('pulse', { task: report, input, every: '10s', options: { priority: 1, unique: true } })
await jobs.schedules.upsert('party', { task: report, input, at: new Date('2040-01-01T00:00:00Z') })
await jobs.schedules.upsert('june', {
  ...{ task: report, input, cron: '0 9 * * MON-FRI', missed: 'skip', jitter: '5m', limit: 20 },
  ...{ start: new Date('2040-06-01'), end: new Date('2040-07-01') },
})

console.log(await jobs.schedules.next('june', 2))
const { schedules } = await jobs.schedules.list()
console.log(schedules.map((schedule) => schedule.name).join(' '))

await jobs.worker().start() // starts a scheduler too
await (await jobs.schedules.trigger('nightly')).result() // a job now, beside its times
await jobs.schedules.pause('nightly')
await jobs.schedules.resume('nightly')
await jobs.schedules.reschedule('nightly') // its next time anew, from the rule and the present
await jobs.schedules.remove('nightly')

await jobs.close()
