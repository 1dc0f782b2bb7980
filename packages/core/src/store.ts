/**
 * For those who write a store: the port, its records, its errors, what the stores on databases have in common, and the
 * in-memory store as the reference.
 */
export * from './model/errors'
export { newJobId, QUEUE_BITS, queueHash, queueHashOf } from './model/id'
export * from './model/job'
export { checkBoolean, checkInteger } from './model/names'
export * from './store/adapter'
export * from './store/memory'
export * from './store/port'
