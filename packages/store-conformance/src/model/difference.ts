/** Each store's own clock made these: they need not be equal, only near. */
const TIMES = new Set(['createdAt', 'dueAt', 'startedAt', 'finishedAt', 'time', 'nextDueIn', 'beatAge'])

/** Milliseconds between the clocks of two stores, and between their turns at one step. */
const NEAR = 60_000

/** Where two answers first differ, in words; null where they say the same. */
export function difference(expected: unknown, found: unknown, path = ''): string | null {
  if (Object.is(expected, found) || (isTime(path, expected, found) && near(expected, found))) return null
  if (!isObject(expected) || !isObject(found) || Array.isArray(expected) !== Array.isArray(found)) {
    return `${path || 'the answer'}: expected ${show(expected)}, found ${show(found)}`
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const inner = difference(expected[key], found[key], path === '' ? key : `${path}.${key}`)
    if (inner !== null) return inner
  }
  return null
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isTime(path: string, expected: unknown, found: unknown): boolean {
  const key = path.slice(path.lastIndexOf('.') + 1)
  return TIMES.has(key) && typeof expected === 'number' && typeof found === 'number'
}

function near(expected: unknown, found: unknown): boolean {
  return Math.abs(Number(expected) - Number(found)) <= NEAR
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 300 ? `${text.slice(0, 300)}...` : text
}
