import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FaultProxy } from '../src'

let echo: Server
let echoPort: number
let received: string[]
let proxy: FaultProxy

beforeEach(async () => {
  received = []
  echo = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      received.push(String(data))
      socket.write(data)
    })
  })
  await once(echo.listen(0, '127.0.0.1'), 'listening')
  echoPort = (echo.address() as AddressInfo).port
  proxy = await FaultProxy.start(`tcp://127.0.0.1:${echoPort}`)
})

afterEach(async () => {
  await proxy.close()
  echo.close()
})

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [reply] = (await once(socket, 'data')) as [Buffer]
  return String(reply)
}

test('lets everything through until told otherwise', async () => {
  expect(await ask(await client(), 'hello')).toBe('hello')
  expect(proxy.connections).toBe(1)
})

test('cuts what is connected and takes new connections', async () => {
  const socket = await client()
  await ask(socket, 'hello')
  const closed = once(socket, 'close')
  proxy.cut()
  await closed
  expect(await ask(await client(), 'again')).toBe('again')
})

test('refuses until restored', async () => {
  proxy.refuse()
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => {})
  await new Promise((resolve) => socket.once('close', resolve))
  proxy.restore()
  expect(await ask(await client(), 'back')).toBe('back')
})

test('holds everything back in silence, and lets it through afterwards', async () => {
  const socket = await client()
  await ask(socket, 'before')
  proxy.silence()
  socket.write('held')
  expect(await ask(connect(echoPort, '127.0.0.1'), 'direct')).toBe('direct')
  expect(received).toEqual(['before', 'direct'])
  const reply = once(socket, 'data')
  proxy.restore()
  expect(String((await reply)[0])).toBe('held')
})

test('loses the reply to the one request that matches: the server has it, the sender is cut off', async () => {
  const socket = await client()
  const lost = proxy.loseNextReply((request) => request.includes('settle'))
  expect(await ask(socket, 'claim')).toBe('claim')
  const closed = once(socket, 'close')
  socket.write('settle')
  await Promise.all([lost, closed])
  expect(received).toEqual(['claim', 'settle'])
  expect(await ask(await client(), 'settle')).toBe('settle')
})
