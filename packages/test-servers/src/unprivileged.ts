import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Account {
  readonly uid: number
  readonly gid: number
}

/** The account to run a server under that refuses root; undefined where this process is not root. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  return find('postgres') ?? find('nobody') ?? create('jobs-worker-test')
}

function find(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':').map(Number) ?? []
  return uid && gid ? { uid, gid } : undefined
}

function create(name: string): Account {
  execFileSync('useradd', ['--system', '--no-create-home', name], { stdio: 'ignore' })
  const account = find(name)
  if (!account) throw new Error(`useradd made no account ${name} for a server that refuses to run as root`)
  return account
}
