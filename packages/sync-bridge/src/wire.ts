import type { Transferable } from 'node:worker_threads'
import type { MOVED, PROCESS, REQUEST } from '../thread/protocol.mjs'

/** The messages between the pool and its threads. They are tuples: names would be sent with every call. */

/** `text` is the source of an inline function, else the URL of a module. The id is the same for the same function. */
export type WireFunction = readonly [id: number, kind: 'inline' | 'module' | 'task', text: string, name: string]

/** The function's definition, or its id alone where the thread has it. */
export type Single = [slot: number, ticket: number, fn: WireFunction | number, ...args: unknown[]]

export type Several = [kind: typeof REQUEST.SEVERAL, ...calls: Single[]]

/** Flat for a single call: each level would cost as much as the rest of it. */
export type Request = Single | Several

/** What goes to a thread beside calls. */
export type Extra = [kind: typeof REQUEST.LINGER, ms: number] | [kind: typeof REQUEST.ANSWER, answer: Answer]

/**
 * Ends a request: the plain result, or where there is more to say, marked, a status with flags and what belongs to it.
 * Any array is marked. Most calls cost little more than their messages.
 */
export type Reply = unknown

/** What goes by the thread's message port: results of batches, results that may not clone, reports, questions. */
export type Posted = [tag: string, slot: number, ticket: number, status: number, micros: number, value: unknown]

/** What goes to a child process: a call for its thread, or what `Lanes` would tell a thread of ours. */
export type ToProcess =
  | [kind: typeof PROCESS.CALL, call: Single, none?: undefined]
  | [kind: typeof PROCESS.ABORT, ticket: number, reason: number]
  | [kind: typeof PROCESS.ANSWER, answer: Answer, none?: undefined]

export type FromProcess =
  | [kind: typeof PROCESS.READY, none?: undefined, micros?: undefined]
  | [kind: typeof PROCESS.REPLY, reply: Reply, micros: number]
  | [kind: typeof PROCESS.POSTED, posted: Posted, micros?: undefined]
  | [kind: typeof PROCESS.DIED, how: WireThrown | { readonly exitCode: number }, micros?: undefined]

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

/** What a task's handler asks of the run's locks; `args` begin with the number of the lock set that it is about. */
export type Question = readonly [id: number, kind: 'acquire' | 'giveUp' | 'release' | 'list', args: readonly unknown[]]

/** To the question of that id: what to throw, or the value. */
export type Answer = readonly [
  id: number,
  error: { readonly name: string; readonly message: string; readonly code?: string } | null,
  value: unknown,
]

/** What `move()` answers. */
export interface Moved {
  readonly [MOVED]: { readonly value: unknown; readonly transfer: readonly Transferable[] }
}
