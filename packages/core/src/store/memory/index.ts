export { MemoryStore, type MemoryStoreOptions, memoryStore } from './store'
