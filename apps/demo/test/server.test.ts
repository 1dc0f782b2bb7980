import { createDatabase } from '@jobs-worker/test-servers'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { expect, test } from 'vitest'
import { demo } from '../src/demo'
import { parseOptions } from '../src/options'
import { scratchFolder, smallFolder } from './folder'
import { Notes } from './notes'

await describeWith('postgres', 'the demo on a server', (server) => {
  test('measures and proves; a second run has nothing to do, a fresh one everything', async () => {
    await using database = await createDatabase(server)
    const args = ['--store', database.url, '--dir', smallFolder()]
    const run = async (more: readonly string[]) => {
      const notes = new Notes()
      const options = parseOptions([...args, ...more], scratchFolder())
      const holds = await demo(options, { screen: notes, program: '', stop: new AbortController().signal })
      expect(holds, notes.text).toBe(true)
      return notes.total
    }
    expect([await run([]), await run([]), await run(['--fresh'])]).toEqual([43, 0, 43])
  })
})
