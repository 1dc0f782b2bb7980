import { expect, test } from 'vitest'
import type { Hint } from '../port'
import { decodePayload, encodeHints, encodePayload } from './payload'

const LIMIT = 8_000

function hint(n: number, data?: string): Hint {
  return { type: 'progress', id: `${n}`, task: 'ü', queue: 'q', ...(data === undefined ? {} : { data }) }
}

test('hints go in as few payloads as fit, whole and in order', () => {
  const hints = Array.from({ length: 100 }, (_, n) => hint(n, 'ä'.repeat(200)))
  const payloads = encodeHints('me', 'origin', hints, LIMIT)
  expect(payloads.every((text) => Buffer.byteLength(text) <= LIMIT)).toBe(true)
  expect(payloads.length).toBeLessThan(9)
  expect(payloads.flatMap((text) => (decodePayload(text) as readonly ['hints', string, string, Hint[]])[3])).toEqual(
    hints,
  )
})

test('a hint that is too long goes without its data', () => {
  const payloads = encodeHints('me', 'origin', [hint(1, 'x'.repeat(LIMIT)), hint(2, 'short')], LIMIT)
  expect(payloads).toEqual([encodePayload(['hints', 'me', 'origin', [hint(1), hint(2, 'short')]], LIMIT)])
})

test('a wake-up of very many or very long names names none', () => {
  const many = Array.from({ length: 51 }, (_, n) => `q${n}`)
  const long = Array.from({ length: 20 }, (_, n) => `${n}`.padEnd(500, 'ü'))
  for (const queues of [many, long]) expect(encodePayload(['wake', 'me', queues], LIMIT)).toBe('["wake","me",null]')
  expect(encodePayload(['wake', 'me', ['a']], LIMIT)).toBe('["wake","me",["a"]]')
})

test('what others send on the channel is passed over', () => {
  for (const text of ['', 'hello', '{"a":1}', '[1]', 'null']) expect(decodePayload(text)).toBeNull()
})
