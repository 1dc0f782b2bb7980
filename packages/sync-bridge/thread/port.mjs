import { parentPort } from 'node:worker_threads'

/**
 * Sends to the pool, beside the replies to its requests: what is sent so arrives even if the thread ends right after.
 * @param {unknown[]} message
 * @param {readonly import('node:worker_threads').Transferable[]} [transfer]
 */
export function send(message, transfer = []) {
  parentPort?.postMessage(message, transfer)
}
