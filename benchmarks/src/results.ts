import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Contestant } from './contestant'
import { median } from './statistics'
import type { Sample, Workload } from './workload'

/** Everything that one run measured: kept for the tables, and written as JSON lines as it comes. */
export class Results {
  readonly path: string
  readonly #samples = new Map<string, Sample[]>()
  readonly #lines: WriteStream

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true })
    this.path = join(directory, `${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.jsonl`)
    this.#lines = createWriteStream(this.path)
  }

  describe(servers: readonly string[]): void {
    this.#write({ machine: machine(), node: process.version, servers })
  }

  add(workload: Workload, contestant: Contestant, round: number, sample: Sample): void {
    const key = keyOf(workload.name, contestant.name)
    this.#samples.set(key, [...(this.#samples.get(key) ?? []), sample])
    this.#write({ workload: workload.name, contestant: contestant.name, round, ...sample })
  }

  failed(workload: Workload, contestant: Contestant, round: number, error: unknown): void {
    this.#write({ workload: workload.name, contestant: contestant.name, round, error: String(error) })
  }

  /** The median over the rounds; null where nothing was measured. */
  median(workload: string, contestant: string, metric: string): number | null {
    const values = (this.#samples.get(keyOf(workload, contestant)) ?? []).flatMap((sample) => sample[metric] ?? [])
    return values.length === 0 ? null : median(values)
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#lines.end(resolve))
  }

  #write(line: object): void {
    this.#lines.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`)
  }
}

export function machine(): string {
  const [cpu] = cpus()
  return `${cpus().length} x ${cpu?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`
}

function keyOf(workload: string, contestant: string): string {
  return `${workload} ${contestant}`
}
