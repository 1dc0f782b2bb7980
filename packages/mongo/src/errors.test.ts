import { MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { isConflict } from './errors'

test('a write that lost against others, in any of the words for it, is sent again', () => {
  expect(isConflict(new MongoServerError({ message: 'WriteConflict', code: 112 }))).toBe(true)
  expect(isConflict(new MongoServerError({ message: 'deadlock detected', code: 1 }))).toBe(true)
  expect(isConflict(new MongoServerError({ message: 'duplicate key', code: 11_000 }))).toBe(false)
  expect(isConflict(new Error('deadlock detected'))).toBe(false)
})
