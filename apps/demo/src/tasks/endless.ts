import { once } from 'node:events'
import { defineTask } from '@jobs-worker/core'
import { EXTRAS } from '../queues'

/** Would run for ever: it ends when somebody cancels it. */
export const endless = defineTask({
  name: 'endless',
  queue: EXTRAS,
  async run(_input: undefined, { signal }) {
    if (!signal.aborted) await once(signal, 'abort')
    throw signal.reason
  },
})
