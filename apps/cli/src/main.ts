#!/usr/bin/env node
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Io } from './io'
import { run } from './run'

const { stdout, stderr, stdin, argv } = process

// `jobs-worker jobs list | head`: whoever read has enough.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const io: Io = {
  cwd: process.cwd(),
  env: process.env,
  terminal: stdout.isTTY === true,
  errTerminal: stderr.isTTY === true,
  async out(written) {
    if (!stdout.write(written)) await once(stdout, 'drain')
  },
  err(written) {
    stderr.write(written)
  },
  input: () => text(stdin),
}

const code = await run(argv.slice(2), io)
// Whatever the user's modules left open must not keep a finished command alive.
stdout.write('', () => process.exit(code))
