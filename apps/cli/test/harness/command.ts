import type { Io } from '../../src/io'
import { run } from '../../src/run'

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Runs a command in this process. */
export async function command(args: readonly string[], options: CommandOptions = {}): Promise<Answer> {
  let out = ''
  let err = ''
  const io: Io = {
    cwd: options.cwd ?? '/nowhere',
    env: options.env ?? {},
    terminal: false,
    errTerminal: false,
    out: async (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    input: async () => options.input ?? '',
  }
  const code = await run(args, io)
  return { code, out, err }
}
