export type { RedisStoreOptions } from './options'
export { redisStore } from './redis-store'
