/** What core asks of a logger: pino, bunyan and console have it. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
  /** Where the logger has it (pino does), lines below the level are not even built. */
  isLevelEnabled?(level: 'info' | 'debug'): boolean
}

/** The default: warnings and errors go to the console, the rest nowhere. */
export const consoleLogger: Logger = {
  debug() {},
  info() {},
  warn: (message) => console.warn(`jobs-worker: ${message}`),
  error: (message) => console.error(`jobs-worker: ${message}`),
  isLevelEnabled: () => false,
}

/** Calls `build` only where its line would be written. */
export function logInfo(logger: Logger, build: () => string): void {
  if (logger.isLevelEnabled === undefined || logger.isLevelEnabled('info')) logger.info(build())
}
