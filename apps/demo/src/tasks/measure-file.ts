import { basename } from 'node:path'
import { defineTask } from '@jobs-worker/core'
import { runSync } from '@jobs-worker/sync-bridge'
import { z } from 'zod'
import { type Measurement, measure } from '../measure'
import { FILES } from '../queues'

/** One state of one file: where it is, and what tells it from an earlier state. */
const fileVersion = z.object({ path: z.string(), bytes: z.number().int(), changedAt: z.number() })

export type FileVersion = z.infer<typeof fileVersion>

/** Files of so many bytes take long enough to be told of. */
const LONG = 4 * 1_048_576

export const measureFile = defineTask({
  name: 'measure-file',
  queue: FILES,
  input: fileVersion,
  // However often the demo is started, a file waits only once.
  unique: true,
  // A file that is not there now will not be there in a second: only what may pass is tried again.
  retry: { delay: '200ms', on: (error) => !isGone(error) },
  keep: { completed: '30d' },
  async run({ path, bytes }, { signal, progress }): Promise<Measurement> {
    if (bytes >= LONG) progress({ file: basename(path) })
    return runSync.with({ signal })(measure, path)
  },
})

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR'
}
