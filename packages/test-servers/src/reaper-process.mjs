// Lives beside the process that starts servers, with a pipe from it as standard input. When that process is gone, however
// it ended, the pipe closes, and what it left behind goes: processes by pid, then directories.
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const pids = new Set()
const directories = new Set()
const verbs = {
  pid: (pid) => pids.add(pid),
  ended: (pid) => pids.delete(pid),
  directory: (path) => directories.add(path),
  removed: (path) => directories.delete(path),
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [verb, what] = JSON.parse(line)
    verbs[verb](what)
  })
  .on('close', () => {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {} // gone already
    }
    for (const path of directories) rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  })
