import { encodeRunOf } from '../wire/owners'
import type { Packable } from '../wire/pack'
import type { Reader } from '../wire/reader'

/** What a claim asks of the locks before it goes on, see lua/lib/ask.lua. */
export interface Ask {
  readonly id: Buffer
  /** Its number: of one job a later ask has a larger one. */
  readonly ask: number
  /** That it would be. */
  readonly run: number
  readonly priority: number
  readonly due: number
  /** Its place in the lines; '?': it may have one; null: it has none. */
  readonly place: string | null
  /** How many turns it had there. */
  readonly turns: number
  readonly keys: readonly string[]
}

export interface Verdict {
  readonly id: Buffer
  readonly ask: number
  /** true: it may run, and has its locks; else its place in the lines; null: the ask came too late. */
  readonly answer: true | string | null
  /** How many turns it had there. */
  readonly turns: number
}

export function readAsk(reader: Reader): Ask {
  reader.array()
  const id = reader.bytes()
  const [ask, run, priority, due] = [reader.number(), reader.number(), reader.number(), reader.number()]
  const place = reader.maybe(() => reader.text())
  const turns = reader.number()
  return { id, ask, run, priority, due, place, turns, keys: reader.each(() => reader.text()) }
}

/** @param tag that of its queue */
export function encodeAsk({ id, ask, run, priority, due, place, turns, keys }: Ask, tag: string): Packable {
  return [id, ask, encodeRunOf(id, run, tag), priority, due, place ?? false, turns, keys]
}

export function readVerdict(reader: Reader): Verdict {
  reader.array()
  const [id, ask] = [reader.bytes(), reader.number()]
  return { id, ask, answer: readAnswer(reader), turns: reader.number() }
}

function readAnswer(reader: Reader): Verdict['answer'] {
  if (reader.isText()) return reader.text()
  return reader.boolean() ? true : null
}

export function encodeVerdict({ id, ask, answer, turns }: Verdict): Packable {
  return [id, ask, answer ?? false, turns]
}
