import { aborted, move, syncFunction } from '../../src/index'
import { twice } from './helper'

// An enum is not erasable: Node's own type stripping refuses it.
export enum Factor {
  Two = 2,
}

export const double = syncFunction(import.meta.url, 'double', (n: number) => twice(n) * (Factor.Two / 2))

export const greet = syncFunction(import.meta.url, 'greet', async (name: string) => `hello ${name}`)

export const spinUntilAborted = syncFunction(import.meta.url, 'spinUntilAborted', (flags: SharedArrayBuffer) => {
  const seen = new Int32Array(flags)
  Atomics.store(seen, 0, 1)
  Atomics.notify(seen, 0)
  while (!aborted());
  Atomics.store(seen, 1, 1)
  return 'stopped'
})

export const moved = syncFunction(import.meta.url, 'moved', (length: number) => move(new Uint8Array(length).fill(7)))

let calls = 0
export const countCalls = syncFunction(import.meta.url, 'countCalls', () => ++calls)

export const missing = syncFunction(import.meta.url, 'notExported', () => 1)
