/** A database on a server, empty or a copy. */
export interface Database {
  readonly name: string
  readonly url: string
}

/** A throw-away server with stock settings. */
export interface Server {
  readonly version: string
  /** Of its main process; its CPU time is counted with that of its children. */
  readonly pid: number
  create(): Promise<Database>
  copy(template: Database): Promise<Database>
  /** After a large load: statistics are there, nothing is left to write. */
  settle(database: Database): Promise<void>
  /** Before a measurement: what earlier ones left to write is written. */
  ready(): Promise<void>
  /** Bytes that the data take: on the disk, or in memory where that is their place. */
  size(database: Database): Promise<number>
  /**
   * Bytes that the server has written to its log since it was started (PostgreSQL's WAL, Redis's append-only file, MongoDB's
   * journal); null where it keeps none, or does not tell.
   */
  written(): Promise<number | null>
  /** Opens a transaction that keeps all row versions from now on alive, until it is disposed of. */
  hold?(database: Database): Promise<AsyncDisposable>
  drop(database: Database): Promise<void>
  close(): Promise<void>
}
