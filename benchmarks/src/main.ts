import { InvalidArgumentError } from 'commander'
import { Arena } from './arena'
import type { Contestant } from './contestant'
import { loadContestants } from './contestants'
import { type Options, readOptions } from './options'
import { table } from './report/table'
import { targets } from './report/targets'
import { machine, Results } from './results'
import { Servers } from './servers'
import type { Workload } from './workload'

const options = await asked()
const servers = new Servers(options.persistence)
const results = new Results(options.out)
try {
  await run(options)
} finally {
  await results.close()
  await servers.close()
}

async function asked(): Promise<Options> {
  try {
    return readOptions(process.argv.slice(2), await loadContestants())
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    console.error(`bench: ${error.message}`)
    process.exit(2)
  }
}

async function run({ workloads, contestants, rounds, sizes }: Options): Promise<void> {
  const arena = new Arena(servers, sizes)
  for (const workload of workloads) {
    const entered = contestants.filter((contestant) => takesPart(contestant, workload))
    for (let round = 1; round <= rounds; round++) {
      for (const contestant of rotated(entered, round)) await one(arena, workload, contestant, round)
    }
    await arena.forget(entered)
    console.log(`\n${table(workload, entered, results)}`)
  }
  const judged = targets(contestants, results)
  if (judged) console.log(`${judged}\n`)
  results.describe(await servers.versions())
  console.log(`${machine()}, Node ${process.version}, ${(await servers.versions()).join(', ')}; medians of ${rounds}`)
  console.log(`each measurement: ${results.path}`)
}

async function one(arena: Arena, workload: Workload, contestant: Contestant, round: number): Promise<void> {
  try {
    const sample = await arena.measure(workload, contestant)
    results.add(workload, contestant, round, sample)
    console.error(`${workload.name} ${round} ${contestant.name}: ${JSON.stringify(sample)}`)
  } catch (error) {
    results.failed(workload, contestant, round, error)
    console.error(`${workload.name} ${round} ${contestant.name} failed:`, error)
    process.exitCode = 1
  }
}

/** Every round begins with another one: nobody always runs on what the same neighbour left behind. */
function rotated<T>(all: readonly T[], round: number): T[] {
  const from = (round - 1) % Math.max(1, all.length)
  return [...all.slice(from), ...all.slice(0, from)]
}

function takesPart(contestant: Contestant, { name, servers, accepts }: Workload): boolean {
  const { only, except, server } = contestant
  const invited = (servers?.includes(server) ?? true) && (accepts?.(contestant) ?? true)
  return invited && (only?.includes(name) ?? true) && !except?.includes(name)
}
