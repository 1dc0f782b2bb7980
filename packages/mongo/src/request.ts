import type { RequestId } from '@jobs-worker/core/store'

/** What a request is remembered by: no job's id. */
export function keyOfRequest({ client, number }: RequestId): string {
  return `${client}/${number}`
}

/** The same, short: every job says by it who changed it last. */
export function nameOfRequest({ client, number }: RequestId): string {
  return `${client.slice(-12)}/${number}`
}
