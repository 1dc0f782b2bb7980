import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createJobs, memoryStore } from '@jobs-worker/core'
import { expect, test } from 'vitest'
import { claims } from '../src/claims'
import { filesBelow } from '../src/files'
import { fill } from '../src/fill'
import { prove } from '../src/proof'
import { type FileJob, readResults } from '../src/results'
import { endless } from '../src/tasks/endless'
import { measureFile } from '../src/tasks/measure-file'
import { shaky } from '../src/tasks/shaky'
import { scratchFolder, smallFolder } from './folder'

const EVERYTHING = { files: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }

async function measured(folder: string) {
  await using jobs = createJobs({ store: memoryStore(), tasks: [measureFile] })
  const { files } = await filesBelow(folder, EVERYTHING)
  await jobs.enqueueMany(measureFile, files)
  await jobs.worker({ queues: ['demo-files'] }).drain()
  return { files, results: await readResults(jobs, files) }
}

test('the proof holds, and fails for a wrong digest or a missing result', async () => {
  const { files, results } = await measured(smallFolder())
  expect(prove(files, results)).toMatchObject({ holds: true, differing: [] })

  const [path, job] = [...results.completed][0] as [string, FileJob]
  const wrong = { ...job, result: { ...job.result, sha256: 'f'.repeat(64) } } as FileJob
  expect(prove(files, { ...results, completed: new Map([...results.completed, [path, wrong]]) })).toMatchObject({
    holds: false,
    differing: [path],
  })

  const missing = new Map(results.completed)
  missing.delete(path)
  const proof = prove(files, { ...results, completed: missing })
  expect(proof).toMatchObject({ holds: false, differing: [path] })
  expect(claims(proof, results, [])[0]?.holds).toBe(false)
})

test('a file counted twice is told', async () => {
  const { files, results } = await measured(smallFolder())
  const said = claims(prove(files, results), { ...results, repeated: [files[0]?.path ?? ''] }, [])
  expect(said.map(({ holds }) => holds)).toEqual([true, false, true])
})

test('a file that changed while the demo ran is left out', async () => {
  const folder = smallFolder()
  const { files, results } = await measured(folder)
  writeFileSync(join(folder, 'file-3'), 'something else')
  expect(prove(files, results)).toMatchObject({
    holds: true,
    files: files.length - 1,
    changed: [join(folder, 'file-3')],
  })
})

test('a file that is gone fails at its first attempt', async () => {
  const folder = scratchFolder()
  writeFileSync(join(folder, 'gone'), 'soon')
  const { files } = await filesBelow(folder, EVERYTHING)
  rmSync(join(folder, 'gone'))
  await using jobs = createJobs({ store: memoryStore(), tasks: [measureFile] })
  const [job] = await jobs.enqueueMany(measureFile, files)
  await jobs.worker({ queues: ['demo-files'] }).drain()
  expect(await jobs.get(job?.id ?? '')).toMatchObject({ state: 'failed', attempt: 1, errors: [{ code: 'ENOENT' }] })
  expect((await readResults(jobs, files)).failed.size).toBe(1)
})

test('big files are claimed first, and a file waits only once', async () => {
  await using jobs = createJobs({ store: memoryStore(), tasks: [measureFile, shaky, endless] })
  const { files } = await filesBelow(smallFolder(), EVERYTHING)
  await fill(jobs, files)
  expect((await fill(jobs, files)).waiting).toBe(files.length)
  const claimed = await jobs.worker({ queues: ['demo-files'] }).claimNext()
  expect(claimed?.job.input).toMatchObject({ bytes: 1_500_000 })
})
