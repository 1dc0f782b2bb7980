import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** The environment of all steps: the workspace's tools first, on the Node that runs this. */
const environment = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  npm_config_update_notifier: 'false',
}

/**
 * Runs a program, with this one's output unless `output` is an open file, and answers its exit code. The end by a
 * signal counts as in a shell: 128 and its number.
 */
export function run(command, args, { cwd = root, env = {}, stdin = 'ignore', output = 'inherit' } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = [stdin, output, output]
    const child = spawn(command, args, {
      cwd,
      stdio,
      env: { ...environment, ...env },
      shell: process.platform === 'win32',
    })
    // An interrupt typed at the terminal reaches the child too: this process waits for how the child ends.
    const wait = () => {}
    const pass = () => child.kill('SIGTERM')
    process.on('SIGINT', wait).on('SIGTERM', pass)
    child.on('error', reject).on('close', (code, signal) => {
      process.off('SIGINT', wait).off('SIGTERM', pass)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}
