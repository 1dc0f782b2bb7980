import { defineTask } from '@jobs-worker/core'
import { describeWith } from '@jobs-worker/test-servers/vitest'
import { expect, test } from 'vitest'
import { command, onServer } from './harness'

await describeWith('postgres', 'locks at the command line', (serverUrl) => {
  test('locks are listed and released; a blocked job shows who holds what it waits for', async () => {
    const store = await onServer(serverUrl)
    let go: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      go = resolve
    })
    const charge = defineTask({ name: 'charge', locks: (account: string) => [`account:${account}`], run: () => gate })
    const at = (...args: string[]) => command([...args, '--store', store.url])

    await store.use({ tasks: [charge] }, async (jobs) => {
      await jobs.locks.acquire(['import'], { owner: 'by hand' })
      const [running, waiting] = await jobs.enqueueMany(charge, ['7', '7'])
      await jobs.worker().start()
      await expect.poll(async () => (await jobs.get(waiting?.id as string))?.state).toBe('blocked')

      const rows = (await at('locks')).out.trimEnd().split('\n')
      expect(rows[0]).toMatch(/^KEY +HELD BY +FENCE +ENDS/)
      expect(rows[1]).toMatch(new RegExp(`^account:7 +job ${running?.id} +\\d+ +with its run`))
      expect(rows[2]).toMatch(/^import +by hand +\d+ +\d{4}-/)
      expect(JSON.parse((await at('locks', 'list', '--owner', 'by hand', '--json')).out)).toMatchObject([
        { key: 'import' },
      ])

      const shown = await at('jobs', 'show', waiting?.id as string)
      expect(shown.out).toContain('state:       blocked')
      expect(shown.out).toContain(`waits for:   account:7, held by job ${running?.id}`)

      expect(await at('locks', 'release', 'import', 'account:7')).toMatchObject({ code: 4, out: 'released import\n' })
      expect(await at('locks', 'release', 'import')).toMatchObject({ code: 4, out: '' })
      go()
      await waiting?.result()
    })
  })
})
