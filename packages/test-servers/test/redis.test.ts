import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { installedRedis, startRedis } from '../src'

/** One command in Redis's inline form, its reply as it came. */
async function command(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${text}\r\n`)
  for await (const reply of socket) return String(reply)
  return ''
}

describe.skipIf(!installedRedis())('a Redis server of our own', () => {
  test('keeps what it acknowledged over a SIGKILL and a restart, where it is told to', async () => {
    await using server = await startRedis({ settings: { appendonly: 'yes', appendfsync: 'always' } })
    expect(await command(server.port, 'SET answer 42')).toBe('+OK\r\n')
    await server.kill()
    await server.restart()
    expect(await command(server.port, 'GET answer')).toBe('$2\r\n42\r\n')
  })
})
