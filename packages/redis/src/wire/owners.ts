import { isRunOwner, ownerOfRun } from '@jobs-worker/core/store'
import { idOf, idToBytes, isUuid, STORED, suffixOf } from './ids'

/** Owners of locks as lib/locks.lua knows them: a name, or of a run '\0', its number, a blank, its queue's tag and its id. */

export interface JobRun {
  readonly id: string
  readonly run: number
}

/** null: it is an owner by name. */
export function runOf(owner: string): JobRun | null {
  if (!isRunOwner(owner)) return null
  const [, id, run] = owner.split(':')
  return isUuid(id) ? { id, run: Number(run) } : null
}

export function encodeRun({ id, run }: JobRun, tag: string): Buffer {
  return encodeRunOf(idToBytes(id), run, tag)
}

/** @param id as it is stored */
export function encodeRunOf(id: Uint8Array, run: number, tag: string): Buffer {
  return Buffer.concat([Buffer.from(`\0${run} ${tag}`), id])
}

/** @param queueOf the name of the queue with this tag */
export function decodeOwner(owner: Buffer, queueOf: (tag: string) => string): string {
  if (owner[0] !== 0) return owner.toString()
  const [tagAt, idAt] = [owner.indexOf(' ') + 1, owner.length - STORED]
  const suffix = suffixOf(queueOf(owner.toString('utf8', tagAt, idAt)))
  return ownerOfRun({ id: idOf(owner.toString('hex', idAt), suffix), run: Number(owner.toString('latin1', 1, tagAt)) })
}
