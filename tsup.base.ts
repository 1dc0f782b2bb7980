import type { Options } from 'tsup'

/** What every published package builds with: ESM and CJS, types for both, SQL and Lua embedded as text. */
export function library(options: Options = {}): Options {
  return {
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    dts: true,
    clean: true,
    sourcemap: true,
    target: 'node20',
    treeshake: true,
    loader: { '.sql': 'text', '.lua': 'text' },
    ...options,
  }
}
