import type { Document } from 'mongodb'

type Fields<Value> = Readonly<Record<string, Value>>

/** An update that sets and unsets fields. */
export interface Update {
  readonly $set: Fields<unknown>
  readonly $unset?: Fields<''>
  readonly $inc: { readonly v: 1 }
}

/** A write that some changes share. */
export interface Group {
  readonly version: number
  /** null: deletes them. */
  readonly update: Update | Document[] | null
  readonly ids: string[]
}

/** Whether two writes are surely the same. */
export function isAlike(a: Group['update'], b: Group['update']): boolean {
  if (a === null || b === null || Array.isArray(a) || Array.isArray(b)) return a === b
  return hasSame(a.$set, b.$set) && hasSame(a.$unset, b.$unset)
}

function hasSame(a: Fields<unknown> = {}, b: Fields<unknown> = {}): boolean {
  for (const field in a) if (!isSame(a[field], b[field])) return false
  for (const field in b) if (!(field in a)) return false
  return true
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (a instanceof Date && b instanceof Date && a.getTime() === b.getTime())
}

/** From so many statements of one kind on, a single one in which each job looks its values up costs less. */
const MANY = 8

/** Jobs of such a statement, about: each looks through half of them for its place, so that a thousand would cost twice as much. */
const MOST = 100

/** The same writes, where many of them write the same fields: in few statements. */
export function folded(groups: readonly Group[]): readonly Group[] {
  if (groups.length < MANY) return groups
  const kinds = new Map<string, Group[]>()
  for (const [n, group] of groups.entries()) {
    const kind = kindOf(group) ?? `${n}`
    const alike = kinds.get(kind)
    if (alike === undefined) kinds.set(kind, [group])
    else alike.push(group)
  }
  return [...kinds.values()].flatMap((alike) => (alike.length < MANY ? alike : portions(alike).map(fold)))
}

function portions(groups: readonly Group[]): readonly (readonly Group[])[] {
  const portions: Group[][] = []
  let room = 0
  for (const group of groups) {
    if (room <= 0) {
      portions.push([])
      room = MOST
    }
    portions.at(-1)?.push(group)
    room -= group.ids.length
  }
  return portions
}

/** null: it is of no kind. */
function kindOf({ version, update }: Group): string | null {
  if (update === null || Array.isArray(update)) return null
  const { $set, $unset = {} } = update
  return `${version} ${Object.keys($set)} ${Object.keys($unset)}`
}

/** What gives each of these documents its own of as many values: by its place among the ids. */
export function valuesFor(ids: readonly string[]): (values: readonly unknown[]) => Document {
  const place = { $indexOfArray: [{ $literal: ids }, '$_id'] }
  return (values) => {
    const same = values.every((value) => value === values[0])
    return same ? { $literal: values[0] } : { $arrayElemAt: [{ $literal: values }, place] }
  }
}

function fold(alike: readonly Group[]): Group {
  const [first] = alike as readonly [Group]
  const ids = alike.flatMap((group) => group.ids)
  const its = valuesFor(ids)
  const sets = alike.map(({ update }) => (update as Update).$set)
  const set: Document = { v: first.version + 1 }
  for (const field of Object.keys(sets[0] as Document)) {
    set[field] = its(alike.flatMap((group, n) => group.ids.map(() => sets[n]?.[field])))
  }
  const unset = Object.keys((first.update as Update).$unset ?? {})
  return { version: first.version, ids, update: [{ $set: set }, ...(unset.length === 0 ? [] : [{ $unset: unset }])] }
}
