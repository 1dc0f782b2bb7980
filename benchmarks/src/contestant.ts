/** What every contestant's job carries. `at` is when it was meant to be enqueued, for workloads that measure latency. */
export interface Payload {
  readonly n: number
  readonly at?: number
  readonly text?: string
}

/** Which servers a contestant can run on; one throw-away server of each kind is started when somebody needs it. */
export type ServerKind = 'postgres' | 'redis' | 'mongo'

/** Enqueues, in a process of its own. */
export interface Producer {
  /** One job, by the call a user would make for one job. Resolves when the job is durable. */
  one(payload: Payload): Promise<void>
  /** A thousand or so jobs, by the call that the contestant recommends for many. */
  many(payloads: readonly Payload[]): Promise<void>
  /** The same, due in an hour. */
  later?(payloads: readonly Payload[]): Promise<void>
  /** The same, of a task that the worker does not have, ahead of it in the same line where the contestant has one. */
  foreign?(payloads: readonly Payload[]): Promise<void>
  close(): Promise<void>
}

/** Runs jobs, in a process of its own. Connected already when it is made, so that start measures no connecting. */
export interface Runner {
  start(): Promise<void>
  stop(): Promise<void>
}

/** One system under test, with one set of settings. */
export interface Contestant {
  readonly name: string
  /** The settings that differ from a plain start, for the reader of the table. */
  readonly about: string
  readonly server: ServerKind
  /** ours: ratios are told against it; peer: competes; bound: what no correct queue on this server can beat. */
  readonly kind: 'ours' | 'peer' | 'bound'
  /** Workloads it takes part in; all where not given. */
  readonly only?: readonly string[]
  /** Workloads that say nothing about it. */
  readonly except?: readonly string[]
  /** It stores what a handler answers. */
  readonly results?: true
  /** Creates the schema in an empty database. */
  install(url: string): Promise<void>
  producer(url: string): Promise<Producer>
  /** @param handle what a job runs; it answers the job's result, where one is wanted */
  runner(url: string, handle: (payload: Payload) => unknown): Promise<Runner>
  /** Whether jobs that are due have not ended yet. */
  pending(url: string): Promise<Pending>
}

/** Asks again and again over one connection. */
export interface Pending {
  ask(): Promise<boolean>
  close(): Promise<void>
}
