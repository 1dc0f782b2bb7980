import type { Outcome } from './extras'
import { count, table } from './format'
import type { Interrupted } from './kill'
import type { Proof } from './proof'
import type { FileJob, Results } from './results'

/** Something that the demo says of its own result, and whether it is so. */
export interface Claim {
  readonly text: string
  readonly holds: boolean
}

export function claims(proof: Proof, results: Results, extras: readonly Outcome[]): Claim[] {
  const { completed, repeated } = results
  return [
    { text: `the results of ${count(proof.files)} files are those of a plain loop`, holds: proof.holds },
    {
      text: `${count(completed.size)} files have exactly one result, ${count(repeated.length)} have more`,
      holds: repeated.length === 0,
    },
    {
      text: 'what failed recovered, what postponed came back, what was unique ran once, what was endless was cancelled',
      holds: extras.every(({ asExpected }) => asExpected),
    },
  ]
}

/** Of jobs whose worker was killed: each was charged the run that it lost, ran again, and completed. */
export function killClaim(interrupted: Interrupted, results: Results): Claim {
  const again = [...results.completed.values()].filter((job) => interrupted.has(job.id) && lostARun(job))
  return {
    text: `${interrupted.size} jobs were running when their worker was killed, ${again.length} of them ran again and completed`,
    holds: again.length === interrupted.size,
  }
}

const lostARun = (job: FileJob) => job.errors.some(({ name }) => name === 'LeaseExpiredError')

export function claimsTable(list: readonly Claim[]): string {
  return table(
    'Proof',
    list.map(({ text, holds }) => [holds ? 'yes' : 'NO', text]),
  )
}
