import type { Io } from '../io'

const EVERY = 1_000
const CLEAR_LINE = '\r\x1b[2K'

/**
 * Shows on a terminal that something long goes on, for how long, and what `look` says of it; nothing elsewhere.
 * @param every milliseconds between two looks; what is done before the first shows nothing
 */
export async function withProgress<T>(
  io: Pick<Io, 'errTerminal' | 'err'>,
  title: string,
  work: () => Promise<T>,
  look: () => Promise<string> = async () => '',
  every = EVERY,
): Promise<T> {
  if (!io.errTerminal) return work()
  const begun = performance.now()
  let done = false
  const timer = setInterval(async () => {
    // What cannot be seen now is no reason to stop what goes on.
    const seen = await look().catch(() => '')
    const seconds = Math.round((performance.now() - begun) / 1_000)
    if (!done) io.err(`${CLEAR_LINE}${title} ${seen}${seen === '' ? '' : ', '}${seconds}s`)
  }, every)
  try {
    return await work()
  } finally {
    done = true
    clearInterval(timer)
    if (performance.now() - begun > every) io.err(CLEAR_LINE)
  }
}
