import { register } from 'node:module'

register('./text-hooks.mjs', import.meta.url)
