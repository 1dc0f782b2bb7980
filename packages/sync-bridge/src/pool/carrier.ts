import type { Transferable } from 'node:worker_threads'
import type { Reply, Request } from '../wire'

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

/** Where calls run: threads of this process, or processes of their own. */
export interface Carrier {
  /** How many threads or processes there are. */
  readonly count: number
  /** How many requests can be sent without waiting for one to come back. */
  readonly capacity: number
  readonly recycled: number
  readonly lost: number
  /**
   * Hands over a request. Exactly one of the callbacks is called: when its thread is free again, or when it is gone;
   * `sent` is false where the message itself was refused.
   */
  send(
    request: Request,
    options: SendOptions | undefined,
    onReply: (reply: Reply) => void,
    onFailure: (error: unknown, sent: boolean) => void,
  ): void
  /** Tells a running call to stop, where it does not see the pool's memory. */
  abort?(ticket: number, reason: number): void
  close(): Promise<void>
}
