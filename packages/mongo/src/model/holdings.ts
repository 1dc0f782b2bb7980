import { type HeldLock, type LockRecord, ownerOfRun } from '@jobs-worker/core/store'
import type { Acquired, Holder, JobDocument, OwnerDocument } from './documents'

/** Who may hold locks, as it is stored. */
export type AnyHolder = JobDocument | OwnerDocument

export function isOwner(holder: AnyHolder): holder is OwnerDocument {
  return 'owner' in holder
}

/** With another acquisition; the same one again is no other. */
export function acquire<T extends AnyHolder>(holder: T, acquired: Acquired): T {
  return withAcquired(holder, [...acquisitionsOf(holder).filter(({ id }) => id !== acquired.id), acquired])
}

/** Without these keys of an acquisition; null: of all of them. */
export function giveUp<T extends AnyHolder>(holder: T, acquisition: string | null, keys: readonly string[]): T {
  const left = acquisitionsOf(holder).flatMap((one): Acquired[] => {
    if (acquisition !== null && one.id !== acquisition) return [one]
    const kept = one.keys.filter((key) => !keys.includes(key))
    return kept.length === 0 ? [] : [{ ...one, keys: kept }]
  })
  return withAcquired(holder, left)
}

/** Holds on until then; a run holds until it ends. */
export function extend<T extends AnyHolder>(holder: T, acquisition: string, until: number): T {
  if (!isOwner(holder)) return holder
  const longer = acquisitionsOf(holder).map((one) => (one.id === acquisition ? { ...one, until } : one))
  return withAcquired(holder, longer)
}

/** Without what was not extended in time. */
export function expire<T extends AnyHolder>(holder: T, now: number): T {
  if (!isOwner(holder) || holder.ends === undefined || holder.ends > now) return holder
  const alive = acquisitionsOf(holder).filter(({ until }) => until !== undefined && until > now)
  return withAcquired(holder, alive)
}

export function keysOf(holder: AnyHolder, acquisition: string): readonly string[] {
  return acquisitionsOf(holder).find(({ id }) => id === acquisition)?.keys ?? []
}

/** Its locks by key, as far as they are numbered. */
export function locksOf(holder: AnyHolder): readonly LockRecord[] {
  const fences = new Map(holder.fences)
  const owner = isOwner(holder) ? holder.owner : ownerOfRun({ id: holder._id, run: holder.run })
  return heldKeys(holder).flatMap((key): LockRecord[] => {
    const fence = fences.get(key)
    return fence === undefined ? [] : [{ key, owner, fence, expiresAt: expiryOf(holder, key) }]
  })
}

export function withoutOwner({ key, fence, expiresAt }: LockRecord): HeldLock {
  return { key, fence, expiresAt }
}

/** What it holds that has no number yet. */
export function unnumbered(holder: AnyHolder): readonly string[] {
  const numbered = new Set((holder.fences ?? []).map(([key]) => key))
  return heldKeys(holder).filter((key) => !numbered.has(key))
}

function heldKeys({ held, keys = [] }: Holder): readonly string[] {
  return held ? [...keys].sort() : []
}

function acquisitionsOf(holder: AnyHolder): readonly Acquired[] {
  if (holder.acquired !== undefined || isOwner(holder)) return holder.acquired ?? []
  return holder.held ? [{ id: holder.hold?.claim ?? '', keys: holder.keys ?? [] }] : []
}

function withAcquired<T extends AnyHolder>(holder: T, acquired: readonly Acquired[]): T {
  const { keys: _, held: __, acquired: ___, fences = [], ends: ____, ...rest } = holder as T & OwnerDocument
  const keys = [...new Set(acquired.flatMap((one) => one.keys))]
  if (keys.length === 0) return rest as unknown as T
  const ends = Math.min(...acquired.map(({ until = Number.POSITIVE_INFINITY }) => until))
  const kept = fences.filter(([key]) => keys.includes(key))
  return {
    ...rest,
    keys,
    held: true,
    acquired,
    ...(kept.length > 0 ? { fences: kept } : {}),
    ...(Number.isFinite(ends) ? { ends } : {}),
  } as unknown as T
}

/** null: it holds the key for as long as its run lasts. */
function expiryOf(holder: AnyHolder, key: string): number | null {
  if (!isOwner(holder)) return null
  const ends = acquisitionsOf(holder).flatMap(({ keys, until }) => (keys.includes(key) && until ? [until] : []))
  return Math.max(...ends)
}
