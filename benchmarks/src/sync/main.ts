import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { aligned, figure } from '../report/table'
import { machine } from '../results'
import { median } from '../statistics'
import { contestants } from './contestants'
import { targets } from './targets'
import { workloads } from './workloads'

const command = new Command('bench sync')
  .description('Measures runSync beside bare pools of threads, in one run, in turns.')
  .argument('[workloads...]', `which, of ${workloads.map(({ name }) => name).join(', ')}; all where none is named`)
  .option('--turns <n>', 'how often each takes its turn', Number, 5)
  .option('--quick', 'a look: one turn at a tenth of the size', false)
  .option(
    '--out <directory>',
    'where the JSON lines go',
    fileURLToPath(new URL('../../../bench-results', import.meta.url)),
  )
  .parse()
const { turns, quick, out } = command.opts<{ turns: number; quick: boolean; out: string }>()
const plan = quick ? { turns: 1, scale: 0.1 } : { turns, scale: 1 }
const asked = workloads.filter(({ name }) => command.args.length === 0 || command.args.includes(name))

mkdirSync(out, { recursive: true })
const path = join(out, `sync-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.jsonl`)
const lines = createWriteStream(path)
const all = new Map<string, readonly number[]>()

for (const workload of asked) {
  const entered = contestants.filter(({ name }) => workload.only?.includes(name) ?? true)
  const figures = await workload.measure(entered, plan)
  const rows = entered.flatMap(({ name }) => {
    const values = figures.get(name) ?? []
    if (values.length === 0) return []
    const value = median(values)
    all.set(`${workload.name} ${name}`, values)
    lines.write(
      `${JSON.stringify({ workload: workload.name, contestant: name, unit: workload.unit, median: value, values })}\n`,
    )
    return [[name, figure(value)]]
  })
  console.log(`\n${workload.name}: ${workload.about}\n\n${aligned([['', workload.unit], ...rows])}`)
}

console.log(`\n${targets((workload, contestant) => all.get(`${workload} ${contestant}`) ?? [])}\n`)
console.log(`${machine()}, Node ${process.version}; medians`)
console.log(`each turn: ${path}`)
lines.end()
