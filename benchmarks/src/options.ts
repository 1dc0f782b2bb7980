import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import type { Contestant } from './contestant'
import type { Persistence } from './servers/redis'
import type { Sizes, Workload } from './workload'
import { workloads } from './workloads'

export interface Options {
  readonly workloads: readonly Workload[]
  readonly contestants: readonly Contestant[]
  readonly rounds: number
  readonly sizes: Sizes
  readonly persistence: Persistence
  readonly out: string
}

interface Flags {
  readonly rounds?: number
  readonly only?: string[]
  readonly jobs?: number
  readonly quick: boolean
  readonly scale?: number
  readonly aof: boolean
  readonly out: string
}

const OUT = fileURLToPath(new URL('../../bench-results', import.meta.url))
const ROUNDS = 3
const QUICK = { scale: 0.1, rounds: 1 }

/** What the command line asks for. Names may be shortened: `backlog` is all workloads whose name begins so. */
export function readOptions(argv: readonly string[], contestants: readonly Contestant[]): Options {
  const command = new Command('bench')
    .description(`Measures jobs-worker beside its peers, in one run, interleaved.\n\n${listing(contestants)}`)
    .argument('[workloads...]', 'which; all where none is named')
    .option('--only <contestants>', 'comma-separated', (text) => text.split(','))
    .option('--rounds <n>', `medians are over so many (default: ${ROUNDS})`, positive)
    .option('--jobs <n>', 'how many jobs are measured, instead of the usual number', positive)
    .option('--scale <factor>', 'of all usual numbers (default: 1)', positive)
    .option('--quick', `a look: ${QUICK.rounds} round at a tenth of the size`, false)
    .option('--aof', 'Redis with an append-only file, written every second (default: without persistence)', false)
    .option('--out <directory>', 'where the JSON lines go', OUT)
    .parse([...argv], { from: 'user' })
  const flags = command.opts<Flags>()
  const scale = flags.scale ?? (flags.quick ? QUICK.scale : 1)
  const scaled = (usual: number) => Math.round(usual * scale)
  return {
    workloads: named(workloads, command.args, 'workload'),
    contestants: flags.only ? named(contestants, flags.only, 'contestant') : contestants,
    rounds: flags.rounds ?? (flags.quick ? QUICK.rounds : ROUNDS),
    sizes: { jobs: (usual) => flags.jobs ?? scaled(usual), standing: scaled },
    persistence: flags.aof ? 'aof' : 'none',
    out: flags.out,
  }
}

function named<T extends { readonly name: string }>(all: readonly T[], names: readonly string[], what: string): T[] {
  const unknown = names.find((name) => !all.some((one) => one.name.startsWith(name)))
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`no ${what} '${unknown}'; there are: ${all.map((one) => one.name).join(', ')}`)
  }
  return all.filter((one) => names.length === 0 || names.some((name) => matches(one.name, name, all)))
}

/** An exact name means only itself, although others may begin with it. */
function matches(name: string, asked: string, all: readonly { readonly name: string }[]): boolean {
  return all.some((one) => one.name === asked) ? name === asked : name.startsWith(asked)
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError(`'${text}' is not a number above 0`)
  return value
}

function listing(contestants: readonly Contestant[]): string {
  const lines = (all: readonly { readonly name: string; readonly about: string }[]) =>
    all.map(({ name, about }) => `  ${name.padEnd(16)}${about}`).join('\n')
  return `Workloads:\n${lines(workloads)}\n\nContestants:\n${lines(contestants)}`
}
