import { createHash } from 'node:crypto'
import { isMainThread } from 'node:worker_threads'
import { aborted, closePool, move, runSync, syncFunction } from '@jobs-worker/sync-bridge'

// A program as a user has it: one module that exports what its threads run. The build tests run it in every form.

export const hash = syncFunction(import.meta.url, 'hash', (text: string) =>
  createHash('sha256').update(text).digest('hex'),
)

export const fill = syncFunction(import.meta.url, 'fill', (length: number) => move(new Uint8Array(length).fill(1)))

export const spin = syncFunction(import.meta.url, 'spin', () => {
  while (!aborted());
})

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    (error) => error.code,
  )
}

/** Their results come by another way than those of single calls; waiting for them must keep the process alive. */
async function burst(): Promise<number> {
  let sum = 0
  for (let round = 0; round < 20; round++) {
    const all = await Promise.all(Array.from({ length: 500 }, (_, i) => runSync((n: number) => n % 2, i)))
    for (const each of all) sum += each
  }
  return sum
}

async function main(): Promise<Record<string, unknown>> {
  const outside = Math.random()
  const helper = (n: number) => n + outside
  class LimitError extends RangeError {
    code = 'E_LIMIT'
  }
  const report = {
    inline: await runSync((a: number, b: number) => [a, b].reduce((x, y) => x + y), 1, 2),
    nested: await runSync((n: number) => {
      const twice = (x: number) => x * 2
      function thrice(x: number) {
        return x + twice(x)
      }
      return thrice(n)
    }, 3),
    imports: await runSync(async () => {
      const { basename } = await import('node:path')
      return basename('/a/b')
    }),
    loops: await runSync((stop: () => boolean) => {
      let n = 0
      while (!stop() && n < 1e6) n++
      return n
    }, aborted),
    hash: await runSync(hash, 'x'),
    burst: await burst(),
    fill: (await runSync(fill, 64)).length,
    closure: await codeOf(runSync((n: number) => helper(n), 1)),
    imported: await codeOf(runSync(() => createHash('md5'))),
    outsideClass: await codeOf(
      runSync(() => {
        throw new LimitError('out')
      }),
    ),
    ownClass: await codeOf(
      runSync(() => {
        class InnerError extends RangeError {
          code = 'E_INNER'
        }
        throw new InnerError('in')
      }),
    ),
    frame: await runSync(() => {
      throw new Error('deep')
    }).catch((error: Error) => /\n\s+at .*\bapp\./.test(error.stack ?? '')),
    path: await runSync(() => [{ callback: () => 1 }]).catch((error) => error.path),
    timeout: await codeOf(runSync.with({ timeout: 50, grace: '1m' })(spin)),
    exit: await codeOf(runSync(() => process.exit(1))),
    crash: await codeOf(
      runSync.with({ isolate: 'process' })(() => {
        process.kill(process.pid, 'SIGSEGV')
        for (;;);
      }),
    ),
    process: await runSync.with({ isolate: 'process' })(hash, 'x'),
    after: await runSync(() => 'after'),
  }
  if (process.argv.includes('--close')) await closePool()
  return report
}

if (isMainThread) {
  main().then((report) => console.log(JSON.stringify(report)))
}
