import { Command } from 'commander'
import { aligned, figure } from '../report/table'
import { machine } from '../results'
import { median } from '../statistics'
import { measure } from './measure'
import { STORES } from './stores'

/** Schedules due at one instant must all be enqueued within so many ms. */
const TARGET = 2_000

const command = new Command('bench schedules')
  .description('How long until the jobs of many schedules that are due in the same second are all enqueued.')
  .argument('[stores...]', `which, of ${Object.keys(STORES).join(', ')}; all where none is named`)
  .option('--schedules <n>', 'so many', Number, 10_000)
  .option('--schedulers <n>', 'in this process, each with connections of its own', Number, 2)
  .option('--rounds <n>', 'medians are over so many', Number, 3)
  .parse()
const { schedules, schedulers, rounds } = command.opts<{ schedules: number; schedulers: number; rounds: number }>()

const rows: string[][] = []
for (const [name, start] of Object.entries(STORES)) {
  if (command.args.length > 0 && !command.args.includes(name)) continue
  await using server = await start()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) times.push(await measure(server, { schedules, schedulers }))
  const value = median(times)
  rows.push([name, figure(value), figure(Math.max(...times)), value <= TARGET ? 'met' : 'MISSED'])
}
console.log(`\n${schedules} schedules with a cron of their own, due in the same second; ${schedulers} schedulers\n`)
console.log(aligned([['', 'ms until all are enqueued', 'slowest', `within ${TARGET} ms`], ...rows]))
console.log(`\n${machine()}, Node ${process.version}; medians of ${rounds}`)
