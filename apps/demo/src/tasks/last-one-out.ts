import { defineTask } from '@jobs-worker/core'
import { EXTRAS } from '../queues'

/** Comes back later for as long as files wait: being too early costs no attempt. However often it is enqueued, there is one. */
export const lastOneOut = (filesWait: () => Promise<boolean>) =>
  defineTask({
    name: 'last-one-out',
    queue: EXTRAS,
    unique: true,
    postpone: { delay: '500ms', max: null },
    async run(_input: undefined, { postpone }) {
      if (await filesWait()) postpone()
      return 'no file was waiting any more'
    },
  })
