import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { demo } from '../src/demo'
import { parseOptions } from '../src/options'
import { scratchFolder, smallFolder } from './folder'
import { Notes } from './notes'

const FILES_IN_SMALL = 43

async function run(args: readonly string[], notes = new Notes(), stop = new AbortController()) {
  const options = parseOptions(args, scratchFolder())
  const holds = await demo(options, { screen: notes, program: '', stop: stop.signal })
  return { holds, notes }
}

describe('the demo in memory', () => {
  test('measures every file and proves it', async () => {
    const { holds, notes } = await run(['--store', 'memory:', '--dir', smallFolder()])
    expect(notes.text).toContain(`yes  the results of ${FILES_IN_SMALL} files are those of a plain loop`)
    expect(notes.text).toContain(`yes  ${FILES_IN_SMALL} files have exactly one result, 0 have more`)
    expect(notes.text).toMatch(/shaky .*attempt 1: .*; attempt 2: .*; completed at attempt 3/)
    expect(notes.text).toContain('unique: 3 calls at once made 1 job')
    expect(notes.text).toContain('cancelled while it ran')
    expect(notes.text).toMatch(/2 x +144 B +144 B +/)
    expect(notes.text).toMatch(/in threads, through runSync( +\d+\.\d ms){3}/)
    expect(notes.text).not.toContain('NOT AS EXPECTED')
    expect(notes).toMatchObject({ total: FILES_IN_SMALL, done: FILES_IN_SMALL })
    expect(holds).toBe(true)
  })

  test('takes no more files than it is told', async () => {
    const { holds, notes } = await run(['--store', 'memory:', '--limit', '5', '--dir', smallFolder()])
    expect(notes.text).toContain('(there are more: --all takes them too)')
    expect(notes.total).toBe(5)
    expect(holds).toBe(true)
  })
})

describe('the demo on an embedded store', () => {
  test('goes on where an earlier run was stopped, then does only what is new', { timeout: 180_000 }, async () => {
    const dir = smallFolder(400)
    const args = ['--store', `pglite:${scratchFolder()}`, '--dir', dir]

    const stop = new AbortController()
    const interrupted = new Notes()
    interrupted.onDone = () => stop.abort()
    expect((await run(args, interrupted, stop)).holds).toBe(false)
    expect(interrupted.text).toContain('Stopped. Run the demo again')
    expect(interrupted.done).toBeLessThan(403)

    const second = await run(args)
    expect(second.holds).toBe(true)
    expect(second.notes.text).toMatch(/Waiting since an earlier run: \d+ files/)
    expect(second.notes.text).toContain('Enqueued: 0 files')
    expect(second.notes.text).toContain('yes  403 files have exactly one result')

    appendFileSync(join(dir, 'file-1'), 'more')
    writeFileSync(join(dir, 'new'), 'a new one')
    const third = await run(args)
    expect(third.holds).toBe(true)
    expect(third.notes.text).toContain('Done before, and unchanged: 402 files')
    expect(third.notes.total).toBe(2)
    expect(third.notes.text).toContain('yes  404 files have exactly one result')

    const fresh = await run([...args, '--fresh'])
    expect(fresh.holds).toBe(true)
    expect(fresh.notes.total).toBe(404)
  })
})
