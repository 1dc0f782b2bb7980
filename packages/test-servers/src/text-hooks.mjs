// What tsup's text loader does in a build and vitest.config.ts in tests, for plain Node: .sql and .lua import as text.
import { readFile } from 'node:fs/promises'

export async function load(url, context, next) {
  if (!/\.(sql|lua)$/.test(url)) return next(url, context)
  const text = await readFile(new URL(url), 'utf8')
  return { format: 'module', shortCircuit: true, source: `export default ${JSON.stringify(text)}` }
}
