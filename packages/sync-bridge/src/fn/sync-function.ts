import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InvalidError } from '@jobs-worker/core'
import { type AnyFunction, inlineReference } from './inline'
import { FunctionReference } from './reference'

/** A function of a module, named instead of held. */
export interface SyncFunction<Args extends unknown[] = never[], Result = unknown> {
  readonly module: string
  readonly name: string
  /** Only for the compiler: carries the types. */
  readonly '~call'?: (...args: Args) => Result
}

const known = new WeakMap<object, FunctionReference>()

/**
 * Makes a function of a module known to `runSync`: threads load the module and call its export `name`.
 *
 * With the function itself as third argument it answers that function, so that a module can say it of its own:
 * `export const hash = syncFunction(import.meta.url, 'hash', (path: string) => ...)`. Without it, it answers a name that
 * stands for the function: `syncFunction<typeof hash>(new URL('./hash.js', import.meta.url), 'hash')`.
 *
 * @param module a file URL (`import.meta.url`) or an absolute path (`__filename`)
 * @throws InvalidError
 */
export function syncFunction<F extends AnyFunction>(module: string | URL, name: string, fn: F): F
export function syncFunction<F extends AnyFunction = (...args: unknown[]) => unknown>(
  module: string | URL,
  name: string,
): SyncFunction<Parameters<F>, ReturnType<F>>
export function syncFunction(module: string | URL, name: string, fn?: AnyFunction): AnyFunction | SyncFunction {
  const url = moduleUrl(module)
  if (typeof name !== 'string' || name === '')
    throw new InvalidError('syncFunction: name', name, 'the name of an export')
  if (fn !== undefined && typeof fn !== 'function') throw new InvalidError('syncFunction: function', fn, 'a function')
  const target = fn ?? { module: url, name }
  known.set(target, new FunctionReference('module', url, name))
  return target
}

/** @throws InvalidError */
export function moduleUrl(module: string | URL): string {
  if (module instanceof URL) return module.href
  if (typeof module === 'string' && module.startsWith('file:')) return module
  if (typeof module === 'string' && isAbsolute(module)) return pathToFileURL(module).href
  throw new InvalidError(
    'syncFunction: module',
    module,
    'a file URL (import.meta.url) or an absolute path (__filename; in a CommonJS bundle import.meta.url is empty)',
  )
}

/**
 * How threads find a function.
 * @throws ClosureError, InvalidError
 */
export function referenceOf(fn: AnyFunction | SyncFunction): FunctionReference | Promise<FunctionReference> {
  const found = typeof fn === 'function' || (typeof fn === 'object' && fn !== null) ? known.get(fn) : undefined
  if (found !== undefined) return found
  if (typeof fn !== 'function')
    throw new InvalidError('runSync: function', fn, 'a function, or what syncFunction() answered')
  return inlineReference(fn).then((reference) => {
    known.set(fn, reference)
    return reference
  })
}
