import { control } from './api/control'
import { crashes } from './api/crashes'
import { failures } from './api/failures'
import { faults } from './api/faults'
import { input } from './api/input'
import { jobsAsSeen } from './api/jobs'
import { lockLedger } from './api/lock-ledger'
import { locksInUse } from './api/locks'
import { orderOfWork } from './api/order'
import { reservedAtWork } from './api/reserve-locked'
import { results } from './api/results'
import { scheduleRules } from './api/schedule-rules'
import { schedulersTogether } from './api/schedulers'
import { schedulesAsSeen } from './api/schedules'
import { shutdown } from './api/shutdown'
import { taskLocks } from './api/task-locks'
import { callersTransactions } from './api/transactions'
import { uniqueJobs } from './api/unique'
import type { ConformanceOptions } from './options'
import { admin } from './port/admin'
import { blocked } from './port/blocked'
import { cancel } from './port/cancel'
import { concurrency } from './port/concurrency'
import { counts } from './port/counts'
import { delivery } from './port/delivery'
import { errors } from './port/errors'
import { lanes } from './port/lanes'
import { lifecycle } from './port/lifecycle'
import { lists } from './port/lists'
import { lockLines } from './port/lock-lines'
import { locks } from './port/locks'
import { order } from './port/order'
import { pause } from './port/pause'
import { recovery } from './port/recovery'
import { replacing } from './port/replace'
import { requests } from './port/requests'
import { reserve } from './port/reserve'
import { reserveLocked } from './port/reserve-locked'
import { retries } from './port/retries'
import { schedules } from './port/schedules'
import { signals } from './port/signals'
import { takeover } from './port/takeover'
import { transactions } from './port/transactions'
import { uniqueKeys } from './port/unique'
import { Suite } from './suite'

/** The themes of the suite, one file each; a title begins with the number of its rule. */
const THEMES = [
  ...[lifecycle, delivery, concurrency, order, reserve, recovery, takeover, errors, retries, uniqueKeys, replacing],
  ...[cancel, pause, transactions, requests, counts, lists, admin, lanes, signals, schedules],
  ...[jobsAsSeen, orderOfWork, shutdown, failures, uniqueJobs, control, callersTransactions, faults, crashes, results],
  ...[schedulesAsSeen, scheduleRules, schedulersTogether],
  input,
  ...[locks, blocked, reserveLocked, lockLines, locksInUse, taskLocks, lockLedger, reservedAtWork],
]

/**
 * Registers the conformance suite of one store with a test runner: `conformance: NAME`, and in it tests
 * whose titles begin with the number of the rule that they show.
 *
 * @example
 * conformance({ runner: { describe, test }, store: { name: 'memory', capabilities, create: () => memoryStore() } })
 */
export function conformance(options: ConformanceOptions): void {
  const { runner, store, only } = options
  const suite = new Suite(options)
  // The table shows whole suites only.
  const title = only === undefined ? 'conformance' : `conformance ${only}`
  runner.describe(`${title}: ${store.name}`, () => {
    for (const tests of THEMES) tests(suite)
  })
}
