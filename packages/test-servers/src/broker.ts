import { createServer } from 'node:http'
import { startMongodb } from './mongodb'
import { startPostgres } from './postgres'
import { startRedis } from './redis'
import type { ServerKind, TestServer } from './server'

/** What a test gets when it asks for a server that all tests of a run share. */
export type Shared = { readonly url: string } | { readonly missing: string }

export const BROKER = 'JOBS_TEST_BROKER'

const starters: Record<ServerKind, () => Promise<TestServer>> = {
  postgres: () => startPostgres({ settings: { fsync: 'off', max_connections: '300' } }),
  redis: () => startRedis(),
  mongodb: () => startMongodb(),
}

const running: Record<ServerKind, string> = { postgres: 'POSTGRES_URL', redis: 'REDIS_URL', mongodb: 'MONGODB_URL' }

/**
 * Lives in the process of the test run and starts a server when the first test asks for it, so that a run of tests that
 * need none starts none. Answers GET /<kind> with a `Shared`.
 */
export async function startBroker(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const shared = new Map<string, Promise<Shared>>()
  const servers: TestServer[] = []
  const http = createServer(async (request, response) => {
    const kind = request.url?.slice(1) ?? ''
    if (!isKind(kind)) {
      response.writeHead(404).end()
      return
    }
    const answer = shared.get(kind) ?? provide(kind, servers)
    shared.set(kind, answer)
    response.end(JSON.stringify(await answer))
  })
  await new Promise<void>((resolve, reject) => http.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = http.address()
  if (!address || typeof address === 'string') throw new Error('the broker of test servers has no address')
  const close = async () => {
    http.closeAllConnections()
    http.close()
    await Promise.all(servers.map((server) => server.close()))
  }
  return { url: `http://127.0.0.1:${address.port}`, close }
}

async function provide(kind: ServerKind, servers: TestServer[]): Promise<Shared> {
  const given = process.env[running[kind]]
  if (given) return { url: given }
  try {
    const server = await starters[kind]()
    servers.push(server)
    return { url: server.url }
  } catch (error) {
    return { missing: inOneLine(error instanceof Error ? error.message : String(error)) }
  }
}

/** Fit for a test's title, between brackets. */
function inOneLine(text: string): string {
  return text.replaceAll(/[\s[\]]+/g, ' ').slice(0, 200)
}

function isKind(kind: string): kind is ServerKind {
  return Object.hasOwn(starters, kind)
}
