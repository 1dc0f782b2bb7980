import type { Contestant, ServerKind } from '../contestant'
import type { Results } from '../results'
import type { Read, Target } from './ratios'
import { aligned, figure } from './table'
import { mongoTargets } from './targets-mongo'
import { postgresTargets } from './targets-postgres'
import { redisTargets } from './targets-redis'

const TARGETS: Record<ServerKind, readonly Target[]> = {
  postgres: postgresTargets,
  redis: redisTargets,
  mongo: mongoTargets,
}
const NAMES: Record<ServerKind, string> = { postgres: 'PostgreSQL', redis: 'Redis', mongo: 'MongoDB' }

/** The targets that this run can judge, each with what was measured; '' where it measured none of them. */
export function targets(contestants: readonly Contestant[], results: Results): string {
  const read: Read = (workload, contestant, metric) => results.median(workload, contestant, metric)
  const rows = (Object.keys(TARGETS) as ServerKind[]).flatMap((server) => {
    const peers = contestants.filter((contestant) => contestant.kind === 'peer' && contestant.server === server)
    const names = peers.map((peer) => peer.name)
    return TARGETS[server].flatMap((target) => {
      const value = target.value(read, names)
      const judged = value !== null && [bound(target), figure(value), reached(target, value) ? 'yes' : 'NO']
      return judged ? [[`${NAMES[server]}: ${target.text}`, ...judged]] : []
    })
  })
  return rows.length === 0 ? '' : aligned([['target', 'bound', 'measured', 'reached'], ...rows])
}

function bound({ atLeast, atMost }: Target): string {
  return atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
}

function reached({ atLeast, atMost }: Target, value: number): boolean {
  return atLeast === undefined ? value <= (atMost ?? 0) : value >= atLeast
}
