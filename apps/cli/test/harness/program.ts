import { ChildProgram } from '@jobs-worker/test-servers'
import { onTestFinished } from 'vitest'

const MAIN = new URL('../../src/main.ts', import.meta.url)

export interface ProgramOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the command line in a process of its own, with nothing in its environment but what is given. */
export function program(args: readonly string[], { cwd, env = {} }: ProgramOptions): ChildProgram {
  const clean = Object.fromEntries(
    Object.keys(process.env).flatMap((name) => (/^JOBS_(?!TEST_)/.test(name) ? [[name, '']] : [])),
  )
  const child = new ChildProgram(MAIN, { args, cwd, env: { ...clean, ...env } })
  onTestFinished(() => child[Symbol.asyncDispose]())
  return child
}

/** The job's id, out of a line that says that a worker is at it. */
export function jobOf(line: string): string {
  return line.split(' ').at(-1) ?? ''
}
