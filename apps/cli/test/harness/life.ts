import { expect } from 'vitest'
import { command } from './command'
import { program } from './program'
import { scratch } from './scratch'

/** A job from its enqueueing to its removal, each step a command on this store; `tasks` is a file with the task 'greet'. */
export async function wholeLife(storeUrl: string, tasks: string): Promise<void> {
  const store = ['--store', storeUrl]
  const id = (await command(['enqueue', 'greet', '{"name":"you"}', ...store])).out.trim()
  const worker = program([...store, '--tasks', tasks, '--pid', 'W'], { cwd: scratch() })
  await worker.line(`worker 'W' processing job ${id}`)
  expect(await worker.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(worker.errors).toBe('')
  const shown = await command(['jobs', 'show', id, '--json', ...store])
  expect(JSON.parse(shown.out)).toMatchObject({ id, state: 'completed', result: 'good day, you' })
  const removed = await command(['jobs', 'remove', '--state', 'completed', ...store])
  expect(removed.out).toBe('removed 1 job (1 completed)\n')
  expect((await command(['jobs', 'show', id, ...store])).code).toBe(4)
}
