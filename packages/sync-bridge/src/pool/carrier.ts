import type { Transferable } from 'node:worker_threads'
import type { Answer, Reply, Request } from '../wire'

/** What the carriers of calls tell the pool. */
export interface CarrierHost {
  /** A thread posted something by its message port. */
  posted(message: unknown): void
  /** A thread or process has gone: there may be room for another. */
  gone(): void
  /** None can be started. */
  failed(cause: unknown): void
}

export interface SendOptions {
  transferList?: Transferable[]
  /** Ends the thread or process that has the request. */
  signal?: AbortSignal
}

/** A request on its way there and back; it is told of one end. */
export interface Trip {
  /** Which of the pool's lanes it is in. One object is all trips of its lane, one after another. */
  readonly lane: number
  readonly request: Request
  readonly options: SendOptions | undefined
  /** Its thread or process is free again. */
  onReply(reply: Reply): void
  /** Its thread or process is gone; `sent` is false where the message itself was refused. */
  onFailure(error: unknown, sent: boolean): void
}

/** Where calls run: threads of this process, or processes of their own. */
export interface Carrier {
  /** How many threads or processes there are. */
  readonly count: number
  /** How many requests can be sent without waiting for one to come back. */
  readonly capacity: number
  readonly recycled: number
  readonly lost: number
  send(trip: Trip): void
  /** Tells a running call to stop, where it does not see the pool's memory. */
  abort?(ticket: number, reason: number): void
  /** Answers what a running call asked; does nothing where it has ended. */
  answer(ticket: number, answer: Answer): void
  close(): Promise<void>
}
