import { defineConfig } from 'tsup'
import { library } from '../../tsup.base'

// `shims` gives the CommonJS build an import.meta.url: the thread's entry is found beside it.
export default defineConfig(library({ shims: true }))
