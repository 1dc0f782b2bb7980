import { checkBoolean, checkInteger, InvalidError } from '@jobs-worker/core/store'
import type { Wait } from './wait'

export interface RedisStoreOptions {
  /** Before the names of all keys: 1 to 100 letters, digits and `. _ - :`. @default 'jobs-worker' */
  readonly prefix?: string
  /** Note the version of the layout at first use; false: JOBS_SCHEMA_MISSING where it is not there. @default true */
  readonly migrate?: boolean
  /** Longest wait for an answer, in ms, 100 to 600,000; then the request failed with JOBS_STORE_UNAVAILABLE. @default 15000 */
  readonly timeout?: number
  /**
   * Each write counts only when so many replicas have it. That narrows what a failover loses to the writes that nobody was
   * told of, as far as the replica that is promoted is one of those that confirmed; and each write takes that much longer.
   * @default none: what an asynchronous replica did not have yet is lost with its master
   */
  readonly wait?: Wait
  /** Use a Redis whose maxmemory-policy may throw jobs away when it is full. @default false */
  readonly allowEviction?: boolean
  /** What the store says of itself; false for a Redis that keeps nothing over a restart. @default true */
  readonly durable?: boolean
}

export interface CheckedOptions extends Required<Omit<RedisStoreOptions, 'wait'>> {
  readonly wait: Required<Wait> | null
}

/** @throws InvalidError */
export function checkOptions(options: RedisStoreOptions): CheckedOptions {
  return {
    prefix: checkPrefix(options.prefix ?? 'jobs-worker'),
    migrate: checkBoolean('migrate', options.migrate ?? true),
    timeout: checkInteger('timeout', options.timeout ?? 15_000, 100, 600_000),
    wait: options.wait === undefined ? null : checkWait(options.wait),
    allowEviction: checkBoolean('allowEviction', options.allowEviction ?? false),
    durable: checkBoolean('durable', options.durable ?? true),
  }
}

/** The error does not quote it: it may hold a password. @throws InvalidError */
export function checkUrl(url: unknown): string {
  if (typeof url === 'string' && /^rediss?:\/\//.test(url) && URL.canParse(url)) return url
  throw new InvalidError(
    'url',
    typeof url === 'string' ? 'another text' : url,
    "a URL like 'redis://host:6379' or 'rediss://user:password@host', or a client of ioredis",
  )
}

function checkWait(wait: Wait): Required<Wait> {
  return {
    replicas: checkInteger('wait.replicas', wait?.replicas, 1, 10),
    timeout: checkInteger('wait.timeout', wait?.timeout ?? 1_000, 1, 60_000),
  }
}

function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== 'string' || !/^[\w.:-]{1,100}$/.test(prefix)) {
    throw new InvalidError('prefix', prefix, '1 to 100 letters, digits and . _ - :')
  }
  return prefix
}
