import type { Transferable } from 'node:worker_threads'
import type { MOVED, PROCESS } from '../thread/protocol.mjs'

/** The messages between the pool and its threads. They are tuples: names would be sent with every call. */

/** `text` is the source of an inline function, else the URL of a module. The id is the same for the same function. */
export type WireFunction = readonly [id: number, kind: 'inline' | 'module' | 'task', text: string, name: string]

/** The function's definition, or its id alone where the thread has it. */
export type Single = [ticket: number, fn: WireFunction | number, args: readonly unknown[]]

/** The calls have the slots from `base` on. */
export type Request = [base: number, ...calls: Single[]]

/** Ends a request. `status` has flags, too. */
export type Reply = readonly [status: number, micros: number, value: unknown]

/** What goes by the thread's message port: results of batches, results that may not clone, reports. */
export type Posted = readonly [tag: string, ticket: number, status: number, micros: number, value: unknown]

/** What goes to a child process: a call for its thread, or what `Lanes` would tell a thread of ours. */
export type ToProcess =
  | [kind: typeof PROCESS.CALL, call: Single, none?: undefined]
  | [kind: typeof PROCESS.ABORT, ticket: number, reason: number]

export type FromProcess =
  | [kind: typeof PROCESS.READY, none?: undefined]
  | [kind: typeof PROCESS.REPLY, reply: Reply]
  | [kind: typeof PROCESS.POSTED, posted: Posted]
  | [kind: typeof PROCESS.DIED, how: WireThrown | { readonly exitCode: number }]

/** Something thrown: an error, or any other value. */
export interface WireThrown {
  error?: WireError
  value?: unknown
  /** The error only says that the result could not be cloned: here is which part of it. */
  uncloneable?: { readonly path: string; readonly what: string }
}

export interface WireError {
  /** The closest class that JavaScript itself has. */
  base: string
  name: string
  message: string
  stack: string | null
  fields: [string, WireThrown][]
  cause?: WireThrown
  errors?: WireThrown[]
}

/** What a task's handler is told of its run. */
export interface AboutRun {
  readonly job: unknown
  readonly run: number
  readonly attempt: number
  /** The log levels that are written. */
  readonly levels: readonly ('info' | 'debug')[]
}

/** `start` comes first and has no value; progress and meta are JSON, the others are log lines. */
export type ReportKind = 'start' | 'progress' | 'meta' | 'debug' | 'info' | 'warn' | 'error'

export type Report = readonly [kind: ReportKind, value?: string]

/** What `move()` answers. */
export interface Moved {
  readonly [MOVED]: { readonly value: unknown; readonly transfer: readonly Transferable[] }
}
