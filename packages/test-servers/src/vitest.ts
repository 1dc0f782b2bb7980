import { describe } from 'vitest'
import { BROKER, type Shared } from './broker'
import type { ServerKind } from './server'

/** The server of that kind that all tests of this run share; started when first asked for. */
export async function sharedServer(kind: ServerKind): Promise<Shared> {
  const broker = process.env[BROKER]
  if (!broker) throw new Error('shared test servers exist only inside a vitest run from the root of the repository')
  const response = await fetch(`${broker}/${kind}`)
  return (await response.json()) as Shared
}

/**
 * A `describe` of tests that need the shared server of that kind. Where it cannot be had they are skipped, and the
 * title says so: the closing lines of `npm test` count by it.
 */
export async function describeWith(kind: ServerKind, title: string, tests: (url: string) => void): Promise<void> {
  const server = await sharedServer(kind)
  if ('url' in server) describe(title, () => tests(server.url))
  else describe.skip(`${title} [no ${kind}: ${server.missing}]`, () => tests(''))
}
