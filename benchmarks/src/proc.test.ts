import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cpuOf, cpuOfTree, writtenByTree } from './proc'

const BUSY = 'const until = Date.now() + 300; while (Date.now() < until); '

describe.skipIf(!existsSync('/proc/self/stat'))('what processes use', () => {
  it('is CPU time of a process and of those it started, also when they have ended', async () => {
    const inner = `require('child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(BUSY)}]);`
    const child = spawn(process.execPath, ['-e', `${inner} console.log('done'); setInterval(() => {}, 1000)`])
    try {
      await once(child.stdout, 'data')
      const pid = child.pid as number
      const [own, tree] = [cpuOf(pid) ?? 0, cpuOfTree(pid) ?? 0]
      expect(tree - own).toBeGreaterThan(0.1)
      expect(cpuOfTree(process.pid) ?? 0).toBeGreaterThanOrEqual(tree)
    } finally {
      child.kill()
      await once(child, 'exit')
    }
  })

  it('is bytes that they have written to disks', () => {
    expect(writtenByTree(process.pid)).toBeGreaterThanOrEqual(0)
  })

  it('is null of a process that is not there', () => {
    expect([cpuOf(2 ** 30), cpuOfTree(2 ** 30), writtenByTree(2 ** 30)]).toEqual([null, null, null])
  })
})
