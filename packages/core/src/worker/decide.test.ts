import { describe, expect, it } from 'vitest'
import { MaxPostponesError, PermanentError, PostponeError } from '../model/errors'
import { mergeSettings, parseSettings, type SettingsOptions } from '../model/settings'
import { decide } from './decide'

function decided(error: unknown, options: SettingsOptions = {}, now: { attempt?: number; postpones?: number } = {}) {
  const settings = mergeSettings([
    parseSettings('test', { retry: { strategy: 'constant', delay: 7, ...options.retry }, ...options }),
  ])
  return decide(error, { attempt: 1, postpones: 0, ...now, maxAttempts: settings.maxAttempts, settings })
}

const error = new Error('x')

describe('decide', () => {
  it('runs again until maxAttempts runs were charged', () => {
    const retry = { strategy: 'constant', delay: 7 } as const
    expect(decided(error, { retry }, { attempt: 2 })).toEqual({ kind: 'retry', delay: 7, error })
    expect(decided(error, { retry }, { attempt: 3 })).toEqual({ kind: 'fail', error })
    expect(decided(error, { maxAttempts: 1 })).toEqual({ kind: 'fail', error })
  })

  it('fails at once on PermanentError, of any copy of the package, and on what retry.on does not cover', () => {
    expect(decided(new PermanentError('no')).kind).toBe('fail')
    expect(decided({ code: 'JOBS_PERMANENT', message: 'from another copy' }).kind).toBe('fail')
    expect(decided(error, { retry: { on: [TypeError] } }).kind).toBe('fail')
    expect(decided(new TypeError(), { retry: { on: [TypeError] } }).kind).toBe('retry')
  })

  it('postpones max times, and the next one fails', () => {
    const options = { postpone: { delay: '5s', max: 5 } }
    expect(decided(new PostponeError(), options, { postpones: 4 })).toEqual({ kind: 'postpone', delay: 5_000 })
    expect(decided(new PostponeError('1m'), options)).toEqual({ kind: 'postpone', delay: 60_000 })
    expect(decided(new PostponeError(), options, { postpones: 5 })).toEqual({
      kind: 'fail',
      error: new MaxPostponesError(5),
    })
    expect(decided(new PostponeError(), { postpone: { max: null } }, { postpones: 1_000 }).kind).toBe('postpone')
    expect(decided(new PostponeError(), {}, { postpones: 14 }).kind).toBe('postpone')
    expect(decided(new PostponeError(), {}, { postpones: 15 }).kind).toBe('fail')
  })

  it('postpones on the last attempt too: it costs none', () => {
    expect(decided(new PostponeError(), {}, { attempt: 3 }).kind).toBe('postpone')
  })

  it('fails with what the policy itself throws', () => {
    const broken = () => {
      throw new Error('broken policy')
    }
    const decision = decided(error, { retry: { on: broken } })
    expect(decision).toMatchObject({
      kind: 'fail',
      error: { message: 'the retry policy threw: broken policy', cause: error },
    })
    expect(decided(error, { retry: { strategy: () => 'soon' } }).kind).toBe('fail')
  })
})
