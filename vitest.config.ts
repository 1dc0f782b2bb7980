import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vitest/config'
import tsconfig from './tsconfig.json' with { type: 'json' }

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Tests run the sources, never dist: what tsconfig.json says for the types holds for the run. */
const sources = Object.entries(tsconfig.compilerOptions.paths).map(([name, [path = '']]) => ({
  find: new RegExp(`^${name}$`),
  replacement: at(path),
}))

/** What tsup's text loader does in a build. */
const text: Plugin = {
  name: 'text',
  enforce: 'pre',
  load(id) {
    return /\.(sql|lua)$/.test(id) ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined
  },
}

export default defineConfig({
  plugins: [text],
  resolve: { alias: sources },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'benchmarks/{src,test}/**/*.test.ts',
      'scripts/**/*.test.mjs',
    ],
    globalSetup: './packages/test-servers/src/global-setup.ts',
    // Most tests wait for servers: on two cores, two files at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    typecheck: {
      include: ['packages/*/test/**/*.test-d.ts', 'apps/*/test/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
  },
})
