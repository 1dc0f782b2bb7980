// The thread of a child process.
import { parentPort } from 'node:worker_threads'
import serve from './entry.mjs'
import { send } from './port.mjs'
import { PROCESS } from './protocol.mjs'

/** @import { Single } from '../src/wire' */

parentPort?.on('message', async (/** @type {Single} */ call) => send([PROCESS.REPLY, await serve([0, call])]))
send([PROCESS.READY])
