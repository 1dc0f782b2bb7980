/** A copy of plain data that nobody can change: it may be handed out again and again. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  const copy = Array.isArray(value)
    ? value.map(frozen)
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, frozen(inner)]))
  return Object.freeze(copy) as T
}
