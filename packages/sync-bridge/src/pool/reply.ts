import { STATUS_BITS, TAG } from '../../thread/protocol.mjs'
import type { Reply } from '../wire'

function isMarked(reply: Reply): reply is readonly [tag: string, status: number, value: unknown] {
  return Array.isArray(reply) && reply[0] === TAG
}

/** One of STATUS; a plain reply is a result. */
export function statusOf(reply: Reply): number {
  return isMarked(reply) ? reply[1] & STATUS_BITS : 0
}

/** What of FLAG the thread said beside it. */
export function flagsOf(reply: Reply): number {
  return isMarked(reply) ? reply[1] & ~STATUS_BITS : 0
}

export function resultOf(reply: Reply): unknown {
  return isMarked(reply) ? reply[2] : reply
}
