import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from './run.mjs'

const { engines, packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** Milliseconds in which turbo finds that nothing is stale. */
const QUICK = 2_000

/**
 * All that a clean clone lacks, with nothing but Node and npm: the dependencies and the builds, of all packages or of one
 * and those that it needs. Quick where nothing is missing.
 */
export async function setUp({ only } = {}) {
  requireNode()
  await installDependencies()
  await build(only ? [`--filter=${only}`] : [])
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [needMajor, needMinor] = engines.node.replace('>=', '').split('.').map(Number)
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return
  fail(1, `jobs-worker needs Node ${engines.node}; this is ${process.version}`)
}

async function installDependencies() {
  if (installed()) return
  console.log(`set-up: installing dependencies with ${packageManager}`)
  const pnpm = ['exec', '--yes', `--package=${packageManager}`, '--', 'pnpm']
  // Nobody is there to confirm that what an older lock file installed is replaced.
  const flags = ['--frozen-lockfile', '--reporter=append-only', '--config.confirmModulesPurge=false']
  const code = await run('npm', [...pnpm, 'install', ...flags])
  if (code !== 0) fail(code, `installing dependencies failed with exit code ${code}`)
}

/** pnpm leaves a copy of the lock file that it installed from, written last. */
function installed() {
  const copy = join(root, 'node_modules', '.pnpm', 'lock.yaml')
  return existsSync(copy) && readFileSync(copy).equals(readFileSync(join(root, 'pnpm-lock.yaml')))
}

/** turbo knows by its hashes what is stale, and restores what it built before. What it says is shown where it fails. */
async function build(filter) {
  const directory = mkdtempSync(join(tmpdir(), 'jobs-worker-build-'))
  const log = join(directory, 'log')
  const telling = setTimeout(() => console.log('set-up: building what has changed'), QUICK)
  const code = await run('turbo', ['run', 'build', '--output-logs=new-only', ...filter], { output: openSync(log, 'w') })
  clearTimeout(telling)
  if (code !== 0) process.stderr.write(readFileSync(log))
  rmSync(directory, { recursive: true, force: true })
  if (code !== 0) fail(code, 'the build failed')
}

function fail(code, message) {
  console.error(`set-up: ${message}`)
  process.exit(code)
}
