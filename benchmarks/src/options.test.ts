import { describe, expect, it } from 'vitest'
import type { Contestant } from './contestant'
import { readOptions } from './options'

const contestants = ['ceiling', 'ceiling-each', 'pg-boss'].map((name) => ({ name, about: '' }) as Contestant)
const read = (...argv: string[]) => readOptions(argv, contestants)
const names = (all: readonly { readonly name: string }[]) => all.map((one) => one.name)

describe('the command line', () => {
  it('measures everything in three rounds where nothing is said', () => {
    const options = read()
    expect(options.workloads.length).toBeGreaterThan(10)
    expect(names(options.contestants)).toEqual(names(contestants))
    expect(options.rounds).toBe(3)
    expect(options.sizes.jobs(50_000)).toBe(50_000)
  })

  it('takes beginnings of names', () => {
    expect(names(read('backlog').workloads)).toEqual(['backlog-10k', 'backlog-100k', 'backlog-1m'])
  })

  it('takes a whole name for itself, whatever else begins so', () => {
    expect(names(read('--only', 'ceiling,pg').contestants)).toEqual(['ceiling', 'pg-boss'])
  })

  it('is quick when asked, at a tenth of the size', () => {
    const options = read('--quick')
    expect(options.rounds).toBe(1)
    expect(options.sizes.standing(1_000_000)).toBe(100_000)
  })

  it('sets the measured jobs alone by --jobs', () => {
    const { sizes } = read('--jobs', '7')
    expect([sizes.jobs(50_000), sizes.standing(50_000)]).toEqual([7, 50_000])
  })

  it('runs Redis without persistence unless asked', () => {
    expect([read().persistence, read('--aof').persistence]).toEqual(['none', 'aof'])
  })

  it('names what there is where a name is wrong', () => {
    expect(() => read('drian')).toThrow(/no workload 'drian'; there are: bulk, single, drain/)
  })
})
