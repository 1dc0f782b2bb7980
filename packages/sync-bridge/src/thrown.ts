import { AssertionError } from 'node:assert'
import { InputSchemaError, PermanentError, PostponeError, TimeoutError } from '@jobs-worker/core'
import { ModuleFunctionError, NotCloneableError } from './errors'
import type { WireError, WireThrown } from './wire'

/** Errors that whoever runs a task's handler knows by their class. */
const OURS: Readonly<Record<string, Error>> = {
  JOBS_PERMANENT: PermanentError.prototype,
  JOBS_POSTPONE: PostponeError.prototype,
  JOBS_TIMEOUT: TimeoutError.prototype,
  JOBS_INPUT_SCHEMA: InputSchemaError.prototype,
  JOBS_SYNC_MODULE: ModuleFunctionError.prototype,
}

type ErrorClass = new (message: string) => Error

/** Node's types know it as a name only. */
const { WebAssembly: wasm } = globalThis as unknown as {
  readonly WebAssembly: Readonly<Record<'CompileError' | 'LinkError' | 'RuntimeError', ErrorClass>>
}

const BASES: Readonly<Record<string, ErrorClass>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  CompileError: wasm.CompileError,
  LinkError: wasm.LinkError,
  RuntimeError: wasm.RuntimeError,
}

/** What was thrown in a thread, as the same kind of thing here. `label` names the function. */
export function decodeThrown(thrown: WireThrown, label: string): unknown {
  if (thrown.uncloneable !== undefined) {
    const { path, what } = thrown.uncloneable
    const cause = thrown.error === undefined ? thrown.value : decodeError(thrown.error)
    return new NotCloneableError(label, path, what, { cause })
  }
  return decode(thrown)
}

function decode(thrown: WireThrown): unknown {
  return thrown.error === undefined ? thrown.value : decodeError(thrown.error)
}

function decodeError(wire: WireError): Error {
  const error = construct(wire)
  if (wire.stack !== null) define(error, 'stack', wire.stack)
  if (wire.cause !== undefined) define(error, 'cause', decode(wire.cause))
  for (const [key, value] of wire.fields) {
    Object.defineProperty(error, key, { value: decode(value), enumerable: true, configurable: true, writable: true })
  }
  const code = wire.fields.find(([key]) => key === 'code')?.[1].value
  const prototype = typeof code === 'string' && Object.hasOwn(OURS, code) ? OURS[code] : undefined
  if (prototype !== undefined) Object.setPrototypeOf(error, prototype)
  if (error.name !== wire.name) define(error, 'name', wire.name)
  return error
}

function construct({ base, name, message, errors }: WireError): Error {
  if (base === 'AggregateError') return new AggregateError((errors ?? []).map(decode), message)
  if (base === 'DOMException') return new DOMException(message, name)
  if (base === 'AssertionError') return new AssertionError({ message })
  if (base === 'SuppressedError') {
    const [error, suppressed] = (errors ?? []).map(decode)
    return new SuppressedError(error, suppressed, message)
  }
  return new (BASES[base] ?? Error)(message)
}

/** As JavaScript does it itself: the field is there and is not listed. */
function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, configurable: true, writable: true })
}

/**
 * Rejects with an error from a thread, to which it adds the frames of whoever awaits the call. To be passed to `resolve`
 * of the call's promise: the engine knows the async functions that await what is waiting for this one. So calls that
 * succeed pay nothing for it.
 */
export async function withCaller(error: unknown): Promise<never> {
  // The call's promise waits for this one only from the next turn of microtasks on.
  await undefined
  await undefined
  if (error instanceof Error && typeof error.stack === 'string') {
    const known = error.stack
    const frames = (new Error().stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
    const callers = frames.filter((line) => !isOurs(line) && !known.includes(line.trim()))
    if (callers.length > 0) define(error, 'stack', `${known}\n${callers.join('\n')}`)
  }
  throw error
}

const HERE = new URL('.', import.meta.url)

/** Frames of this package and of Node itself. */
function isOurs(frame: string): boolean {
  return frame.includes(HERE.href) || frame.includes(HERE.pathname) || frame.includes('node:internal')
}
