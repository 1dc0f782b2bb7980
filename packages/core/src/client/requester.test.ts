import { expect, test } from 'vitest'
import { Requester } from './requester'

test('a lost answer is asked for again under the same number, also where the error is of another copy of this package', async () => {
  const numbers: number[] = []
  const answer = await new Requester().send(
    async ({ number }) => {
      numbers.push(number)
      if (numbers.length === 1) throw Object.assign(new Error('gone'), { code: 'JOBS_STORE_UNAVAILABLE' })
      return 'here'
    },
    () => true,
  )
  expect([answer, numbers]).toEqual(['here', [1, 1]])
})

test('any other error is thrown at once', async () => {
  const send = () => Promise.reject(new Error('broken'))
  await expect(new Requester().send(send, () => true)).rejects.toThrow('broken')
})
