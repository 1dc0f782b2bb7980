import { move } from '@jobs-worker/sync-bridge'
import { touch as touchIt } from './functions.mjs'

/** @param {ArrayBuffer} buffer */
export const touch = (buffer) => move(touchIt(buffer))
