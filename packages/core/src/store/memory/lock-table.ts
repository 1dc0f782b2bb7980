import type { HeldLock, LockFilter, LockRecord } from '../port'

/** A key in the hands of its owner. */
interface Held {
  readonly key: string
  readonly owner: string
  readonly fence: number
  /** By acquisition, until when; infinite: until the owner's run ends. */
  readonly holds: Map<string, number>
}

/** Who holds which lock. */
export class LockTable {
  private readonly byKey = new Map<string, Held>()
  private readonly byOwner = new Map<string, Set<Held>>()
  private readonly byAcquisition = new Map<string, Set<Held>>()
  private fence = 0

  constructor(private readonly now: () => number) {}

  /** Whether nobody but this owner holds any of the keys. */
  isFree(keys: readonly string[], owner?: string): boolean {
    return keys.every((key) => {
      const held = this.byKey.get(key)
      return !held || held.owner === owner || !this.lives(held)
    })
  }

  /** Gives the keys to an owner, who may have some of them already. */
  take(acquisition: string, owner: string, keys: readonly string[], until: number): void {
    for (const key of keys) {
      let held = this.byKey.get(key)
      if (held && (held.owner !== owner || !this.lives(held))) {
        this.drop(held)
        held = undefined
      }
      held ??= { key, owner, fence: this.nextFence(), holds: new Map() }
      held.holds.set(acquisition, until)
      this.byKey.set(key, held)
      addTo(this.byOwner, owner, held)
      addTo(this.byAcquisition, acquisition, held)
    }
  }

  /** The acquisition gives up these keys, or all: those that it had, and those that nobody holds any more. */
  release(acquisition: string, keys?: readonly string[]): { had: readonly string[]; freed: readonly string[] } {
    const had: string[] = []
    const freed: string[] = []
    for (const held of [...(this.byAcquisition.get(acquisition) ?? [])]) {
      if (keys && !keys.includes(held.key)) continue
      if (this.endsAfterNow(held.holds.get(acquisition))) had.push(held.key)
      held.holds.delete(acquisition)
      takeFrom(this.byAcquisition, acquisition, held)
      if (this.lives(held)) continue
      this.drop(held)
      freed.push(held.key)
    }
    return { had, freed }
  }

  /** All that an owner has. */
  releaseOwner(owner: string): readonly string[] {
    const all = [...(this.byOwner.get(owner) ?? [])]
    for (const held of all) this.drop(held)
    return all.map(({ key }) => key)
  }

  extend(acquisition: string, until: number): readonly string[] {
    const kept = [...(this.byAcquisition.get(acquisition) ?? [])].filter((held) =>
      this.endsAfterNow(held.holds.get(acquisition)),
    )
    for (const { holds } of kept) if (holds.get(acquisition) !== Infinity) holds.set(acquisition, until)
    return kept.map(({ key }) => key).sort()
  }

  /** Takes away what has expired; the keys that nobody holds any more. */
  expire(): readonly string[] {
    const dead = [...this.byKey.values()].filter((held) => !this.lives(held))
    for (const held of dead) this.drop(held)
    return dead.map(({ key }) => key)
  }

  /** Takes these keys from owners of whom `seizable` is true; those that were taken. */
  seize(keys: readonly string[], seizable: (owner: string) => boolean): readonly string[] {
    const taken = keys
      .flatMap((key) => this.byKey.get(key) ?? [])
      .filter((held) => this.lives(held) && seizable(held.owner))
    for (const held of taken) this.drop(held)
    return taken.map(({ key }) => key)
  }

  ownedBy(owner: string): readonly HeldLock[] {
    return [...(this.byOwner.get(owner) ?? [])]
      .filter((held) => this.lives(held))
      .map((held) => ({ key: held.key, fence: held.fence, expiresAt: this.expiresAt(held) }))
      .sort(byKey)
  }

  list({ owner, keys, limit, after = '' }: LockFilter): readonly LockRecord[] {
    return [...this.byKey.values()]
      .filter((held) => this.lives(held) && held.key > after)
      .filter((held) => (owner === undefined || held.owner === owner) && (keys?.includes(held.key) ?? true))
      .map((held) => ({ key: held.key, owner: held.owner, fence: held.fence, expiresAt: this.expiresAt(held) }))
      .sort(byKey)
      .slice(0, limit)
  }

  private drop(held: Held): void {
    this.byKey.delete(held.key)
    takeFrom(this.byOwner, held.owner, held)
    for (const acquisition of held.holds.keys()) takeFrom(this.byAcquisition, acquisition, held)
  }

  private lives({ holds }: Held): boolean {
    return [...holds.values()].some((until) => this.endsAfterNow(until))
  }

  private endsAfterNow(until: number | undefined): boolean {
    return until !== undefined && until > this.now()
  }

  private expiresAt({ holds }: Held): number | null {
    const last = Math.max(...holds.values())
    return last === Infinity ? null : last
  }

  private nextFence(): number {
    this.fence = Math.max(this.fence + 1, this.now() * 1_000)
    return this.fence
  }
}

function addTo(sets: Map<string, Set<Held>>, name: string, held: Held): void {
  sets.set(name, (sets.get(name) ?? new Set()).add(held))
}

function takeFrom(sets: Map<string, Set<Held>>, name: string, held: Held): void {
  const set = sets.get(name)
  set?.delete(held)
  if (set?.size === 0) sets.delete(name)
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1
}
