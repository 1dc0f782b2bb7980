import type { Requester } from '../client/requester'
import { parseDuration } from '../model/duration'
import { InvalidError, LeaseLostError, LocksUnsupportedError } from '../model/errors'
import { newId } from '../model/id'
import type { AcquireOptions, LockInfo, LockSet, RunLocks, WaitOptions } from '../model/locks'
import { checkInteger, checkKnown, checkName } from '../model/names'
import type { Events } from '../observe/events'
import {
  type Acquisition,
  type Fence,
  type HeldLock,
  isRunOwner,
  type LockHolder,
  type LockRecord,
  ownerOfRun,
  type Store,
  type Locks as StoreLocks,
} from '../store/port'
import { HeldSet } from './held-set'
import { checkKeys } from './keys'
import { LockNews } from './news'

/** How long a lost answer is asked for again before the caller is told. */
const KEEP_TRYING = 10_000
const TTL = 30_000

export interface LockListOptions {
  readonly owner?: string
  readonly keys?: readonly string[]
  /** 1 to 1000. Default 100. */
  readonly limit?: number
  /** The last key of the page before. */
  readonly after?: string
}

/** Named locks of this application, whoever runs in which process: `jobs.locks`. */
export class Locks {
  readonly #store: Store
  readonly #requester: Requester
  readonly #news: LockNews
  readonly #open: () => Promise<void>
  readonly #sets = new Set<HeldSet>()

  constructor(store: Store, requester: Requester, events: Events, open: () => Promise<void>) {
    this.#store = store
    this.#requester = requester
    this.#news = new LockNews(events)
    this.#open = open
  }

  /**
   * All of these locks, or null where another owner has one of them: then nothing has changed. They are held for as long
   * as this process lives, until they are released.
   * @throws InvalidError, LocksUnsupportedError, StoreUnavailableError after ten seconds without an answer
   * @example
   * await using held = await jobs.locks.acquire(['account:7', 'account:9'], { wait: '10s' })
   * if (held !== null) await transfer(7, 9, { signal: held.signal })
   */
  async acquire(keys: readonly string[], options: AcquireOptions = {}): Promise<LockSet | null> {
    checkKnown('locks.acquire', options, ['owner', 'ttl', 'wait', 'signal'])
    const owner = options.owner === undefined ? newId() : checkName('locks.acquire.owner', options.owner)
    if (isRunOwner(owner)) {
      throw new InvalidError('locks.acquire.owner', owner, 'a name that does not begin as those of jobs do')
    }
    const ttl = options.ttl === undefined ? TTL : parseDuration('locks.acquire.ttl', options.ttl)
    if (ttl < 1) throw new InvalidError('locks.acquire.ttl', options.ttl, 'a duration above 0')
    return this.#acquire(checkKeys('locks.acquire: keys', keys), { owner, ttl }, options, null)
  }

  /** Locks that are held now, by key. */
  async list(options: LockListOptions = {}): Promise<readonly LockInfo[]> {
    checkKnown('locks.list', options, ['owner', 'keys', 'limit', 'after'])
    const { owner, keys, after } = options
    const limit = options.limit === undefined ? 100 : checkInteger('locks.list.limit', options.limit, 1, 1_000)
    const records = await (await this.#opened()).list({
      limit,
      ...(owner === undefined ? {} : { owner: checkName('locks.list.owner', owner) }),
      ...(keys === undefined ? {} : { keys: checkKeys('locks.list.keys', keys) }),
      ...(after === undefined ? {} : { after: checkName('locks.list.after', after) }),
    })
    return records.map(toInfo)
  }

  /**
   * Takes locks away from whoever holds them by a name, and answers the keys that were taken. Those of a job's run end
   * with the run: cancel the job.
   */
  async release(keys: readonly string[]): Promise<readonly string[]> {
    const checked = checkKeys('locks.release: keys', keys)
    return (await this.#opened()).seize(checked)
  }

  /** The locks of a job's run. */
  ofRun(fence: Fence, runSignal: () => AbortSignal): RunLocks {
    const run = { id: fence.id, run: fence.run, claim: fence.claim }
    const owner = ownerOfRun(fence)
    return {
      acquire: async (keys, options = {}) => {
        checkKnown('ctx.locks.acquire', options, ['wait', 'signal'])
        return this.#acquire(checkKeys('ctx.locks.acquire: keys', keys), { run }, options, runSignal())
      },
      list: async () => (await (await this.#opened()).list({ owner, limit: 1_000 })).map(toInfo),
    }
  }

  /** Gives up what is still held; what a run holds ends with the run. */
  async close(): Promise<void> {
    await Promise.all([...this.#sets].map((set) => set.release().catch(() => undefined)))
  }

  async #acquire(
    keys: readonly string[],
    holder: LockHolder,
    options: WaitOptions,
    runSignal: AbortSignal | null,
  ): Promise<LockSet | null> {
    const wait = options.wait === undefined ? 0 : parseDuration('locks.acquire.wait', options.wait)
    const signals = [options.signal, runSignal].filter((signal) => signal != null)
    const store = await this.#opened()
    const acquisition = { id: newId(), keys, holder }
    let asked = 0
    const held = await this.#untilHeld(wait, signals, () => {
      asked = performance.now()
      return this.#ask(store, acquisition)
    })
    if (held === null) return null
    const owner = 'run' in holder ? ownerOfRun(holder.run) : holder.owner
    const ttl = 'run' in holder ? null : holder.ttl
    const set = new HeldSet(
      {
        store,
        id: acquisition.id,
        owner,
        keys,
        held,
        ttl,
        signal: runSignal,
        onEnd: (ended) => this.#sets.delete(ended),
      },
      asked,
    )
    if (ttl !== null) this.#sets.add(set)
    return set
  }

  /** Tries at once, and then again whenever there is news, for at most so many ms. */
  async #untilHeld(
    wait: number,
    signals: readonly AbortSignal[],
    tryOnce: () => Promise<readonly HeldLock[] | null>,
  ): Promise<readonly HeldLock[] | null> {
    for (const signal of signals) signal.throwIfAborted()
    if (wait === 0) return tryOnce()
    let look: () => void = () => undefined
    const stop = this.#news.watch(() => look())
    const timer = setTimeout(() => look(), wait)
    const onAbort = () => look()
    for (const signal of signals) signal.addEventListener('abort', onAbort)
    const end = performance.now() + wait
    try {
      for (;;) {
        // Made before the try, so that no release can fall in between.
        const news = new Promise<void>((resolve) => {
          look = resolve
        })
        const held = await tryOnce()
        if (held !== null || performance.now() >= end) return held
        await news
        for (const signal of signals) signal.throwIfAborted()
      }
    } finally {
      stop()
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', onAbort)
    }
  }

  async #ask(store: StoreLocks, acquisition: Acquisition): Promise<readonly HeldLock[] | null> {
    const reply = await this.#requester.send(
      () => store.acquire(acquisition),
      (elapsed) => elapsed < KEEP_TRYING,
    )
    if (reply.outcome === 'lost') throw new LeaseLostError((acquisition.holder as { run: Fence }).run.id)
    return reply.outcome === 'acquired' ? reply.locks : null
  }

  async #opened(): Promise<StoreLocks> {
    await this.#open()
    if (this.#store.locks === undefined) throw new LocksUnsupportedError(this.#store.name)
    return this.#store.locks
  }
}

function toInfo({ key, owner, fence, expiresAt }: LockRecord): LockInfo {
  return {
    key,
    owner,
    job: isRunOwner(owner) ? (owner.split(':')[1] ?? null) : null,
    fence,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
  }
}
