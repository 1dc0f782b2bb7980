import type { Capabilities, Store } from '@jobs-worker/core/store'

/** What the suite needs of a test runner; vitest, jest and node:test fit. */
export interface TestRunner {
  describe(name: string, body: () => void): void
  test(name: string, body: () => Promise<void>, timeout: number): void
}

/** How a process of its own makes a store: `(await import(module))[factory](...args)`. */
export interface ChildStore {
  /** A file URL of built code: plain Node loads it. */
  readonly module: string
  readonly factory: string
  /** JSON. */
  readonly args: readonly unknown[]
}

/** A transaction of the caller's own, in the store's database. */
export interface CallerTransaction {
  /** What `enqueueIn` takes. */
  readonly tx: unknown
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Makes a statement fail in the transaction, so that it can only be rolled back. */
  spoil(): Promise<void>
}

/** A store whose way to its database the test can break. */
export interface FaultyStore {
  /** Not opened. */
  readonly store: Store
  /** Drops every connection there is; new ones succeed. */
  cut(): Promise<void>
  /** Drops every connection, and refuses new ones until `heal`. */
  block(): Promise<void>
  heal(): Promise<void>
  /** From now on: the next request gets through, and its answer is dropped. It happened, and nobody was told. */
  loseNextReply(): Promise<void>
  dispose(): Promise<void>
}

/** A database server of the test's own, to be killed. */
export interface CrashableServer {
  /** A store object on it, not opened. */
  create(): Store
  /** SIGKILL; what the database had promised to keep stays. */
  kill(): Promise<void>
  restart(): Promise<void>
  dispose(): Promise<void>
}

/** A store and how its tests reach it. A namespace is a short name of lower-case letters, digits and underscores. */
export interface StoreUnderTest {
  /** As it appears in the table: 'memory', 'postgres 18', ... */
  readonly name: string
  /** What the store objects must say too. */
  readonly capabilities: Capabilities
  /**
   * A store object, not opened, on the data of this namespace. Where `processes` is 'many' a second call with the same
   * namespace is another object on the same data.
   */
  create(namespace: string): Store | Promise<Store>
  /** Deletes what the namespace took, after its stores were closed. */
  drop?(namespace: string): Promise<void>
  /** Everything stored under the namespace in which this text occurs, record by record, read around the store. */
  raw?(namespace: string, text: string): Promise<readonly string[]>
  child?(namespace: string): ChildStore
  /** For stores with `transactions`: begins one on a store object that `create` made. */
  begin?(namespace: string, store: Store): Promise<CallerTransaction>
  faulty?(namespace: string): Promise<FaultyStore>
  crashable?(namespace: string): Promise<CrashableServer>
}

export interface ConformanceOptions {
  readonly runner: TestRunner
  readonly store: StoreUnderTest
  /** Only tests with such titles: for a second way of opening a store that has passed the whole suite. @default all */
  readonly only?: RegExp
  /** Leaves out tests whose titles match: what the database itself cannot do. Say why where you set it. */
  readonly except?: RegExp
}
