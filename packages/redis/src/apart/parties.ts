import { idToBytes } from '../wire/ids'
import type { Packable } from '../wire/pack'
import type { Reader } from '../wire/reader'

/** A job as the locks know it: its queue's tag and its id, and the number of its latest ask, see lua/lib/apart.lua. */
export interface Party {
  readonly job: Buffer
  readonly ask: number
  /** Its run has not run: it gives up its locks, and has its turn again. @default false */
  readonly unrun?: boolean
}

/** That it is a job's turn, which its queue is to be told. */
export interface Turn extends Party {
  /** The tag of its queue, and the queue's name. */
  readonly tag: string
  readonly queue: string
  readonly id: Buffer
  readonly place: string
  /** How many turns it had at this place. */
  readonly turns: number
}

export function partyOf(tag: string, id: Uint8Array, ask: number): Party {
  return { job: Buffer.concat([Buffer.from(tag), id]), ask }
}

/** The same of a job's id as others write it. */
export function partyOfJob(tag: string, id: string, ask: number): Party {
  return partyOf(tag, idToBytes(id), ask)
}

export function readParty(reader: Reader): Party {
  reader.array()
  return { job: reader.bytes(), ask: reader.number(), unrun: reader.boolean() }
}

export function encodeParty({ job, ask, unrun = false }: Party): Packable {
  return [job, ask, unrun]
}

export function keyOf({ job, ask, unrun = false }: Party): string {
  return `${job.toString('latin1')}:${ask}:${unrun}`
}

/** A turn without what may follow it. */
export function readTurn(reader: Reader): Turn {
  reader.array()
  const [tag, id, place] = [reader.text(), reader.bytes(), reader.text()]
  const [turns, ask, queue] = [reader.number(), reader.number(), reader.text()]
  return { ...partyOf(tag, id, ask), tag, queue, id, place, turns }
}
