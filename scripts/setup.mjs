import { setUp } from './lib/setup.mjs'

await setUp()
