import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRedis, type TestServer } from '@jobs-worker/test-servers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withClient } from './harness'

/** The oldest Redis that the store opens on, see migrate.ts. */
const OLDEST = [6, 2, 0]

interface Argument {
  readonly token?: string
  readonly since?: string
  readonly arguments?: readonly Argument[]
}

let server: TestServer

beforeAll(async () => {
  server = await startRedis()
})

afterAll(() => server.close())

test('scripts use no command and no option that came after the oldest Redis', async () => {
  const calls = callsOfScripts()
  expect(Object.keys(calls).length).toBeGreaterThan(20)
  const tooNew: string[] = []
  await withClient(server.url, async (client) => {
    for (const [command, options] of Object.entries(calls)) {
      const [, docs] = (await client.call('COMMAND', 'DOCS', command)) as [string, unknown[]]
      const { since, arguments: accepted } = fromPairs(docs) as { since: string; arguments?: readonly Argument[] }
      if (isLater(since)) tooNew.push(`${command} (${since})`)
      for (const { token, since: from } of flat(accepted)) {
        if (token && from && options.has(token) && isLater(from)) tooNew.push(`${command} ${token} (${from})`)
      }
    }
  })
  expect(tooNew).toEqual([])
})

/** What the scripts call, and the words in capitals of each such line. */
function callsOfScripts(): Readonly<Record<string, ReadonlySet<string>>> {
  const lua = join(import.meta.dirname, '../src/lua')
  const calls: Record<string, Set<string>> = {}
  for (const name of readdirSync(lua, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.lua'))) {
    for (const line of readFileSync(join(lua, name), 'utf8').split('\n')) {
      const words = [...line.matchAll(/'([A-Z]+)'/g)].map(([, word]) => word as string)
      for (const [, command] of line.matchAll(/call\('([A-Z]+)'/g)) {
        calls[command as string] ??= new Set()
        for (const word of words) calls[command as string]?.add(word)
      }
    }
  }
  return calls
}

function isLater(version: string): boolean {
  const parts = version.split('.').map(Number)
  const at = OLDEST.findIndex((part, index) => part !== (parts[index] ?? 0))
  return at >= 0 && (parts[at] ?? 0) > (OLDEST[at] ?? 0)
}

function fromPairs(pairs: readonly unknown[]): unknown {
  const value: Record<string, unknown> = {}
  for (let at = 0; at < pairs.length; at += 2) value[pairs[at] as string] = pairs[at + 1]
  if (Array.isArray(value.arguments)) value.arguments = value.arguments.map((one: unknown[]) => fromPairs(one))
  return value
}

/** All of them; what is part of another came with it, if not later. */
function flat(all: readonly Argument[] = [], from?: string): readonly Argument[] {
  return all.flatMap((one) => {
    const since = one.since ?? from
    return [{ ...one, ...(since && { since }) }, ...flat(one.arguments, since)]
  })
}
