import type { Logger } from '@jobs-worker/core'

/** Says nothing: what tests provoke is no news. */
export const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Keeps what is said at info and above. */
export function recorder(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  const add = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
  return { lines, debug() {}, info: add('info'), warn: add('warn'), error: add('error') }
}
