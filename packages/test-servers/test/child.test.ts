import { expect, test, vi } from 'vitest'
import { ChildProgram } from '../src'

const program = (name: string) => new URL(`./programs/${name}`, import.meta.url)

test('a child program runs from the sources, imports SQL as text, and talks by lines', async () => {
  await using child = new ChildProgram(program('greeter.ts'), { args: ['hello'] })
  expect(await child.line('hello')).toBe('hello InvalidError select 1')
  child.send('you')
  expect(await child.line('heard')).toBe('heard you')
  expect(await child.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
})

test('a program that ends without the line that is waited for is an error that quotes what it printed', async () => {
  await using child = new ChildProgram(program('missing.ts'))
  await expect(child.line('hello')).rejects.toThrow(/without printing 'hello'.*missing\.ts/s)
})

test('a server ends with the process that started it, even where that was killed', async () => {
  await using child = new ChildProgram(program('abandon.ts'))
  const pid = Number((await child.line('postgres')).split(' ')[1])
  expect(alive(pid)).toBe(true)
  await child.kill('SIGKILL')
  await vi.waitUntil(() => !alive(pid), { timeout: 10_000 })
})

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
