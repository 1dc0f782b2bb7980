import type { Child } from '../child/handle'
import { cpuOf, cpuOfTree } from '../proc'
import type { Bench, Metric } from '../workload'

/** What one child and the server use from now on; null where the machine does not tell. */
export class Usage {
  readonly #read: () => { readonly client: number | null; readonly server: number | null }
  readonly #from: ReturnType<Usage['perJob']>

  constructor(bench: Bench, child: Child<unknown>) {
    this.#read = () => ({ client: cpuOf(child.pid), server: cpuOfTree(bench.server.pid) })
    this.#from = this.#read()
  }

  /** CPU microseconds. */
  perJob(jobs: number): { readonly client: number | null; readonly server: number | null } {
    const to = this.#read()
    return { client: share(to.client, this.#from.client, jobs), server: share(to.server, this.#from.server, jobs) }
  }
}

/** What a job adds to the server's log. */
export const WRITTEN: Metric = { name: 'written', unit: 'log bytes/job', better: 'less' }

/** Answers what the server's log has grown by since now, a job. */
export async function writtenFrom({ server }: Bench): Promise<(jobs: number) => Promise<{ written: number | null }>> {
  const from = await server.written()
  return async (jobs) => {
    const to = await server.written()
    return { written: to === null || from === null ? null : (to - from) / jobs }
  }
}

/** What a job costs the processor, which other load on the machine changes less than it changes the rate. */
export const COST: readonly Metric[] = [
  { name: 'client', unit: 'CPU us/job', better: 'less' },
  { name: 'server', unit: 'CPU us/job', better: 'less' },
]

function share(to: number | null, from: number | null, jobs: number): number | null {
  return to === null || from === null ? null : ((to - from) / jobs) * 1e6
}
