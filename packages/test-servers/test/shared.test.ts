import { expect, test } from 'vitest'
import { describeWith, sharedServer } from '../src/vitest'

await describeWith('postgres', 'a shared server', (url) => {
  test('is the same for all who ask', async () => {
    expect(await sharedServer('postgres')).toEqual({ url })
  })
})
