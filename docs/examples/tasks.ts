import { defineTask, PermanentError } from '@jobs-worker/core'
import { z } from 'zod'
import { bank, TooBusyError } from './bank'

export const charge = defineTask({
  name: 'charge',
  input: z.object({ tenant: z.string(), cents: z.number().int() }), // any Standard Schema; optional
  queue: 'billing',
  priority: 5, // lower runs first
  unique: true, // same task, same input, still alive: enqueue answers the job that is there
  maxAttempts: 5, // runs in all, the first one counted
  retry: { strategy: 'exponential', delay: '3s', on: [TooBusyError] },
  postpone: { delay: '5s', max: 15 },
  timeout: '30s',
  keep: { completed: '1d', failed: '14d' },
  async run(input, ctx) {
    if (!(await bank.ready())) ctx.postpone('5m') // runs again later, costs no attempt
    if (input.cents === 0) throw new PermanentError('nothing to charge') // fails at once
    ctx.progress({ step: 'charging' }) // visible from outside while the job runs
    return bank.charge(input.tenant, input.cents, { signal: ctx.signal })
  },
})
