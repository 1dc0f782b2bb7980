import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { defineTask } from '@jobs-worker/core'
import { z } from 'zod'
import { FILES } from '../queues'

/** One state of one file: where it is, and what tells it from an earlier state. */
const fileVersion = z.object({ path: z.string(), bytes: z.number().int(), changedAt: z.number() })

export type FileVersion = z.infer<typeof fileVersion>

/** What is known of a file once its job has completed. */
export interface Measurement {
  readonly sha256: string
  readonly bytes: number
  readonly gzipped: number
}

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
    const sha256 = createHash('sha256')
    let read = 0
    let gzipped = 0
    await pipeline(
      createReadStream(path),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          sha256.update(chunk)
          read += chunk.length
          if (read < bytes) progress({ file: basename(path), percent: Math.floor((100 * read) / bytes) })
          yield chunk
        }
      },
      createGzip(),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) gzipped += chunk.length
      },
      { signal },
    )
    return { sha256: sha256.digest('hex'), bytes: read, gzipped }
  },
})

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR'
}
