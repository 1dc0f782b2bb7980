import { SingleBar } from 'cli-progress'
import { count, percent } from './format'
import type { Tick } from './work'

/** Where the demo tells what it does. */
export interface Screen {
  readonly say: (text: string) => void
  /** Shows how far the files are, until `end`. */
  readonly bar: (total: number) => Bar
}

export interface Bar {
  readonly show: (tick: Tick) => void
  readonly end: () => void
}

/** A moving bar on a terminal, a line every tenth of the way elsewhere. */
export function screen(out: NodeJS.WriteStream): Screen {
  const say = (text: string) => void out.write(`${text}\n`)
  return { say, bar: (total) => (out.isTTY ? movingBar(out, total) : lines(say, total)) }
}

function movingBar(stream: NodeJS.WriteStream, total: number): Bar {
  const bar = new SingleBar({
    stream,
    format: '{bar} {percentage} % | {value}/{total} files | {duration_formatted} | {note}',
    barsize: 30,
    hideCursor: true,
    stopOnComplete: false,
  })
  bar.start(total, 0, { note: '' })
  return { show: ({ done, note = '' }) => bar.update(done, { note }), end: () => bar.stop() }
}

/** Plain lines: for a log, a pipe, a test. */
function lines(say: (text: string) => void, total: number): Bar {
  let told = 0
  return {
    show({ done }) {
      const tenth = Math.floor((10 * done) / Math.max(total, 1))
      if (tenth <= told) return
      told = tenth
      say(`  ${percent(done, total)}: ${count(done)} of ${count(total)} files`)
    },
    end() {},
  }
}
