import { expect } from 'vitest'
import { demo } from '../src/demo'
import { parseOptions } from '../src/options'
import { scratchFolder, smallFolder } from './folder'
import { Notes } from './notes'

/** The demo measures and proves on this store; a second run has nothing to do, a fresh one everything. */
export async function threeRuns(storeUrl: string): Promise<void> {
  const args = ['--store', storeUrl, '--dir', smallFolder()]
  const run = async (more: readonly string[]) => {
    const notes = new Notes()
    const options = parseOptions([...args, ...more], scratchFolder())
    const holds = await demo(options, { screen: notes, program: '', stop: new AbortController().signal })
    expect(holds, notes.text).toBe(true)
    return notes.total
  }
  expect([await run([]), await run([]), await run(['--fresh'])]).toEqual([43, 0, 43])
}
