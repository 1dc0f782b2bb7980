import { run } from './run.mjs'

/** Runs a program on Node 24: this one where it is one, else the one of the npm package `node`. */
export function runOnNode24(args, options) {
  if (process.versions.node.startsWith('24.')) return run(process.execPath, args, options)
  return run('npm', ['exec', '--yes', '--package=node@24', '--', 'node', ...args], options)
}
