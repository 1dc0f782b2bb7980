export { command } from './command'
export { jobOf, program } from './program'
export { scratch } from './scratch'
export { embedded, onServer, type TestStore } from './stores'
