import { defineTask } from '@jobs-worker/core'
import { EXTRAS } from '../queues'

/** Fails twice and recovers: what a service does that is down for a moment. */
export const shaky = defineTask({
  name: 'shaky',
  queue: EXTRAS,
  maxAttempts: 3,
  retry: { strategy: 'constant', delay: '300ms' },
  run(_input: undefined, { attempt }) {
    if (attempt < 3) throw new Error(`no answer to call ${attempt} (made up)`)
    return 'answered at last'
  },
})
