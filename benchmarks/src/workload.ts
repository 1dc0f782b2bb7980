import type { ProducerCalls, RunnerCalls } from './child/calls'
import type { Child } from './child/handle'
import type { Contestant, ServerKind } from './contestant'
import type { Database, Server } from './servers/server'

export interface Metric {
  readonly name: string
  readonly unit: string
  readonly better: 'more' | 'less'
}

/** Metric name to value; null where this machine cannot tell. */
export type Sample = Readonly<Record<string, number | null>>

/** A workload's usual sizes, as the command line changes them. */
export interface Sizes {
  /** How many jobs are measured: `--jobs` where given, else the usual number, scaled. */
  jobs(usual: number): number
  /** How many stand around them: the usual number, scaled. */
  standing(usual: number): number
}

/** One measurement of one contestant on a database of its own. */
export interface Bench extends Sizes {
  readonly contestant: Contestant
  readonly server: Server
  readonly database: Database
  producer(): Promise<Child<ProducerCalls>>
  runner(): Promise<Child<RunnerCalls>>
}

/** What stands in the database before the measurement; made once a contestant, then copied. */
export interface Stock {
  readonly key: string
  fill(bench: Bench): Promise<void>
}

export interface Workload {
  readonly name: string
  readonly about: string
  /** The first one is that of the ratios. */
  readonly metrics: readonly Metric[]
  /** Where it says something; everywhere where not given. */
  readonly servers?: readonly ServerKind[]
  /** Of whom it says something; of everybody where not given. */
  accepts?(contestant: Contestant): boolean
  stock?(sizes: Sizes): Stock
  measure(bench: Bench): Promise<Sample>
}
