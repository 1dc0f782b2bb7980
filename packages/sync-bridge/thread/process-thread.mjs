// The thread of a child process.
import { parentPort } from 'node:worker_threads'
import serve from './entry.mjs'
import { send } from './port.mjs'
import { PROCESS, REQUEST } from './protocol.mjs'

/** @import { Extra, Single } from '../src/wire' */

parentPort?.on('message', async (/** @type {Single | Extra} */ request) => {
  const reply = await serve(request)
  if (request[0] !== REQUEST.ANSWER) send([PROCESS.REPLY, reply])
})
send([PROCESS.READY])
