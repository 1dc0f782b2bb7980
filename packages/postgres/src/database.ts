import type { Ears } from '@jobs-worker/core/store'

/** What crosses to the database: text, numbers, booleans. Lists cross as texts. */
export type Param = string | number | boolean | null

export type Row = Readonly<Record<string, unknown>>

/** A call of one of the schema's functions. */
export interface Call {
  /** Names the statement, where the driver keeps prepared ones. */
  readonly name: string
  readonly text: string
  readonly params: readonly Param[]
  /** Longest wait for its answer, in ms, where that is shorter than the usual. */
  readonly timeout?: number
}

/** The slice of a database that the store uses; its errors are those of core. */
export interface Database {
  /** Of the store, for messages. */
  readonly name: string
  /** For messages: which database this is, without a password. */
  readonly label: string
  open(): Promise<void>
  /** One statement, in a transaction of its own. */
  call(call: Call): Promise<readonly Row[]>
  /** The same in the caller's transaction. Throws TransactionsUnsupportedError where `tx` is none of this driver's. */
  callIn(tx: unknown, call: Call): Promise<readonly Row[]>
  /** Several statements in one transaction. */
  script(text: string): Promise<void>
  /** Removes dead rows where the database does not do it by itself. */
  tidy(schema: string): Promise<void>
  /** Whether a call would find a connection at once; where not, and all connections wait for a call, it would wait for ever. */
  hasRoom(): boolean
  /** Resolves, to the way of ending it, when notifications sent from now on are heard. */
  listen(channel: string, ears: Ears): Promise<() => Promise<void>>
  close(): Promise<void>
}
