import { once } from 'node:events'
import { type Logger, pino } from 'pino'
import { plain } from '../output/text'
import { scrub } from '../secrets'

/** So much goes out in one write: what several processes write to one pipe stays apart, line by line. */
const MOST_AT_ONCE = 4_096

const NAMES: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info ', 40: 'warn ', 50: 'error', 60: 'fatal' }
const WARN = 40

export interface Log {
  readonly log: Logger
  /** Writes what is still in memory, at once, for a process that ends in the middle of its work. */
  flush(): void
  /** Resolves when all is written, in order. Nothing may be logged after it. */
  end(): Promise<void>
}

/** The worker's log on standard output: lines to read, or JSON. */
export function openLog(level: string, format: 'text' | 'json'): Log {
  const output = pino.destination({ dest: 1, sync: false, maxWrite: MOST_AT_ONCE })
  // Whoever read our output has gone: there is nobody left to tell.
  output.on('error', () => process.exit(1))
  const destination = format === 'json' ? output : { write: (line: string) => output.write(toText(line)) }
  return {
    log: pino({ level, base: null }, destination),
    flush: () => {
      try {
        output.flushSync()
      } catch {
        // Not open yet: nothing was written either.
      }
    },
    // A flush would overtake the line that is being written.
    end: async () => {
      const closed = once(output, 'close')
      output.end()
      await closed
    },
  }
}

interface Line {
  readonly level: number
  readonly time: number
  readonly msg?: string
}

function toText(json: string): string {
  const { level, time, msg = '', ...fields } = JSON.parse(json) as Line
  const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ''
  const text = `${new Date(time).toISOString()} ${NAMES[level] ?? level} ${plain(msg)}${rest}\n`
  return level >= WARN ? scrub(text) : text
}
