import { redisStore } from '../../src'

// Opens a store on the URL that is given, and says how that went.
const store = redisStore(process.argv[2])
await store.open().then(
  () => console.log('open'),
  (error: Error) => console.log(error.message),
)
await store.close()
