/** The median of one metric; null where it was not measured in this run. */
export type Read = (workload: string, contestant: string, metric: string) => number | null

/** What this project set out to reach on one server. */
export interface Target {
  readonly text: string
  /** @param peers on the same server */
  readonly value: (read: Read, peers: readonly string[]) => number | null
  readonly atLeast?: number
  readonly atMost?: number
}

/** Targets as ratios of one contestant to others within one run. */
export class Ratios {
  constructor(private readonly ours: string) {}

  to(other: string, workload: string, metric: string): Target['value'] {
    return this.across(workload, other, workload, metric)
  }

  /** Ours in one workload to another contestant in another one. */
  across(workload: string, other: string, theirs: string, metric: string): Target['value'] {
    return (read) => ratio(read(workload, this.ours, metric), read(theirs, other, metric))
  }

  toFastestPeer(workload: string, metric: string): Target['value'] {
    return (read, peers) =>
      ratio(read(workload, this.ours, metric), most(peers.map((peer) => read(workload, peer, metric))))
  }

  toLeastOfPeers(workload: string, metric: string): Target['value'] {
    return (read, peers) =>
      ratio(read(workload, this.ours, metric), least(peers.map((peer) => read(workload, peer, metric))))
  }

  /** What a job costs when something else grows, against a plain drain. */
  costs(workload: string): Target['value'] {
    return (read) => ratio(read('drain', this.ours, 'handled'), read(workload, this.ours, 'handled'))
  }

  /** How the rate of a drain holds when something else grows. */
  holds(workload: string): Target['value'] {
    return (read) => ratio(read(workload, this.ours, 'handled'), read('drain', this.ours, 'handled'))
  }
}

function ratio(value: number | null, reference: number | null): number | null {
  return value === null || reference === null ? null : value / reference
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.min(...known)
}
