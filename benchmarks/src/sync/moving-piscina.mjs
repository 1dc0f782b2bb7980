import { Piscina } from 'piscina'
import { touch as touchIt } from './functions.mjs'

/** @param {ArrayBuffer} buffer */
export const touch = (buffer) => Piscina.move(touchIt(buffer))
