import { AsyncResource } from 'node:async_hooks'

/** What of Node is active in a thread that has run nothing yet. */
let atRest = -1

/** The last async id that was seen given. */
let lastId = 0

let found = false

/** To be called before anything runs. */
export function noteRest() {
  if (atRest < 0) atRest = active()
}

/**
 * Whether functions left timers, connections or the like behind, which need the thread to go on. All of these get an async
 * id when they are made, each the next number: where no id was given since the last look, nothing can have come. To
 * count them costs many times more, with every call.
 */
export function leftover() {
  const id = new AsyncResource('jobs-worker', MANUAL).asyncId()
  if (found || id !== lastId + 1) found = active() > atRest
  lastId = id
  return found
}

/** Nothing is to be done when it is collected. */
const MANUAL = { requireManualDestroy: true }

const active = () => process.getActiveResourcesInfo().length
