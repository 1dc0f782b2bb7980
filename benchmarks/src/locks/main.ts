import { Command } from 'commander'
import { aligned, figure } from '../report/table'
import { machine } from '../results'
import { median } from '../statistics'
import { drainRate } from './drain'
import { handOver, wakeUp } from './handover'
import { kinds } from './stores'

const command = new Command('bench locks')
  .description('Measures jobs with locks beside jobs without, on the same store, in turns.')
  .argument('[stores...]', `which, of ${Object.keys(kinds).join(', ')}; the servers where none is named`)
  .option('--turns <n>', 'how often each takes its turn', Number, 3)
  .option('--jobs <n>', 'how many jobs are drained', Number, 50_000)
  .option('--concurrency <n>', 'of the worker that drains; where it is not given, its default', Number)
  .parse()
const { turns, jobs, concurrency } = command.opts<{ turns: number; jobs: number; concurrency?: number }>()
const worker = concurrency === undefined ? {} : { concurrency }
const asked = command.args.length > 0 ? command.args : ['postgres', 'redis']

const rows: string[][] = [['', 'plain/s', 'locked/s', 'ratio', 'wake p50', 'wake p99', 'turn p50', 'turn p99']]
for (const name of asked) {
  const make = kinds[name]
  if (make === undefined) throw new Error(`no store '${name}'`)
  const kind = await make()
  const [plain, locked]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < turns; turn++) {
    plain.push(await drainRate(kind, jobs, worker, false))
    locked.push(await drainRate(kind, jobs, worker, true))
  }
  const [wake, turn] = [await wakeUp(kind, 300), await handOver(kind, 300)]
  await kind.close()
  const rates = [median(plain), median(locked)] as const
  const ms = [wake.p50, wake.p99, turn.p50, turn.p99].map((value) => value.toFixed(1))
  rows.push([name, ...rates.map(figure), (rates[1] / rates[0]).toFixed(2), ...ms])
}

console.log(`\n${aligned(rows)}\n`)
console.log(
  `${jobs} no-op jobs, one worker with ${concurrency === undefined ? 'its defaults' : `concurrency ${concurrency}`}; locked: each needs one of 1,000 locks. In ms: from enqueue to\n` +
    'handler of an idle worker, and from the end of a handler to the next that waited for its lock, over two workers.',
)
console.log(`${machine()}, Node ${process.version}; medians of ${turns}`)
