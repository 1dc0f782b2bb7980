import { defineConfig } from 'tsup'
import { library } from '../../tsup.base'

// Two builds at once in one folder: each clears what is its own. Only what `jobs.config.ts` imports has types.
export default defineConfig([
  library({ clean: ['!main.*'] }),
  library({ entry: ['src/main.ts'], format: ['esm'], dts: false, clean: ['!index.*'] }),
])
