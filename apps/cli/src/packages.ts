import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from './errors'

/**
 * A package that does not come with the command line: it may stand beside it, or in the user's project, which is
 * elsewhere where npx brought the command line.
 * @param what for the message: who needs it
 * @throws UsageError naming what to install
 */
export async function importPackage(
  name: string,
  cwd: string,
  what: string,
): Promise<Readonly<Record<string, unknown>>> {
  const places = [import.meta.url, pathToFileURL(join(cwd, 'package.json')).href]
  const path = places.map((place) => resolve(name, place)).find((found) => found !== undefined)
  if (path === undefined) throw new UsageError(`${what} needs the package ${name}: npm install ${name}`)
  return import(pathToFileURL(path).href)
}

function resolve(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(name)
  } catch {
    return undefined
  }
}
