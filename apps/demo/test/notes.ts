import type { Bar, Screen } from '../src/screen'

/** A screen that keeps what it is told. */
export class Notes implements Screen {
  readonly said: string[] = []
  total = 0
  done = 0

  readonly say = (text: string): void => {
    this.said.push(...text.split('\n'))
  }

  readonly bar = (total: number): Bar => {
    this.total = total
    this.done = 0
    return {
      show: ({ done }) => {
        this.done = done
        this.onDone(done)
      },
      end: () => {},
    }
  }

  /** Called with each file that is done. */
  onDone: (done: number) => void = () => {}

  get text(): string {
    return this.said.join('\n')
  }
}
