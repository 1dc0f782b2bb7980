import { InvalidError } from '@jobs-worker/core'
import { ClosureError } from '../errors'
import { FunctionReference } from './reference'

export type AnyFunction = (...args: never[]) => unknown

/** So many sources are remembered: functions made anew at every call share one by their text. */
const REMEMBERED = 1_000

const bySource = new Map<string, FunctionReference>()

/**
 * A reference to a plain function, by its source.
 * @throws ClosureError where it uses what is not in its source, InvalidError where it has no source of its own
 */
export async function inlineReference(fn: AnyFunction): Promise<FunctionReference> {
  const source = Function.prototype.toString.call(fn)
  const known = bySource.get(source)
  if (known !== undefined) return known
  const reference = new FunctionReference('inline', await checkedSource(fn, source), fn.name)
  if (bySource.size >= REMEMBERED) bySource.delete(bySource.keys().next().value as string)
  bySource.set(source, reference)
  return reference
}

async function checkedSource(fn: AnyFunction, source: string): Promise<string> {
  // The parser is only loaded by those who pass functions directly.
  const { parseFunction, relativeImport, surroundings } = await import('./closure')
  const parsed = parseFunction(source)
  if (parsed === null) throw unsendable(fn, source)
  if (parsed.node.generator)
    throw new InvalidError(
      'runSync: function',
      fn,
      'a function that returns a value; a generator cannot leave its thread',
    )
  const label = fn.name === '' ? 'the function' : `function ${JSON.stringify(fn.name)}`
  const variable = parsed.free[0]
  if (variable !== undefined) throw new ClosureError(label, variable.text, advice(fn, variable.name, variable.text))
  const around = surroundings(parsed.node)
  if (around !== null)
    throw new ClosureError(label, around, `pass what it needs as an argument, or ${moduleAdvice(fn)}`)
  const relative = relativeImport(parsed.node)
  if (relative !== null) {
    throw new ClosureError(
      label,
      `import(${JSON.stringify(relative)})`,
      `a relative path has no meaning there: import a package, or ${moduleAdvice(fn)}`,
    )
  }
  return parsed.strict ? `"use strict";${parsed.expression}` : parsed.expression
}

function advice(fn: AnyFunction, name: string, text: string): string {
  if (name === fn.name) return `write it as \`function ${name}(...)\`, so that it can call itself`
  const ways = [
    `pass it as an argument (\`runSync(fn, ${text})\`)`,
    "import it inside the function (`await import('...')`)",
  ]
  return `${ways.join(', ')}, or ${moduleAdvice(fn)}`
}

function moduleAdvice(fn: AnyFunction): string {
  return `export the function from a module and make it known: \`syncFunction(import.meta.url, ${JSON.stringify(fn.name || 'name')}, fn)\``
}

function unsendable(fn: AnyFunction, source: string): InvalidError {
  const what = source.includes('[native code]')
    ? 'a function with a source; a bound or native function has none: wrap it, `(x) => fn(x)`, or use syncFunction'
    : 'a function; a class or an accessor cannot be called in a thread'
  return new InvalidError('runSync: function', fn, what)
}
