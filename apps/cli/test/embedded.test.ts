import { expect, test } from 'vitest'
import { command, embedded } from './harness'

/** Each command opens the database anew, which takes a while on a busy machine. */
const SLOW = 120_000

test('every command works on the embedded database, one after another', { timeout: SLOW }, async () => {
  const { url } = embedded()
  const on = async (...args: string[]) => {
    const { code, out, err } = await command([...args, '--store', url])
    return { code, err, answer: out.startsWith('{') || out.startsWith('[') ? JSON.parse(out) : out }
  }
  expect((await on('migrate', '--json')).answer).toHaveLength(1)
  const { id } = (await on('enqueue', 'any', '{"a":1}', '--queue', 'mail', '--json')).answer
  expect((await on('jobs', 'list', '--json')).answer).toMatchObject([{ id, task: 'any', state: 'queued' }])
  expect((await on('queues', 'pause', 'mail', '--json')).answer).toEqual([{ name: 'mail', paused: true }])
  expect((await on('queues', '--json')).answer).toMatchObject([{ name: 'mail', paused: true, counts: { queued: 1 } }])
  expect((await on('jobs', 'cancel', id)).answer).toBe(`${id} cancelled\n`)
  expect((await on('jobs', 'retry', id)).answer).toBe(`${id} retried\n`)
  expect((await on('jobs', 'remove', '--state', 'queued')).answer).toBe('removed 1 job (1 queued)\n')
  expect(await on('jobs', 'show', id)).toMatchObject({ code: 4, answer: '' })
  expect((await on('stats', '--json')).answer).toMatchObject({ total: { queued: 0 }, workers: [] })
})
