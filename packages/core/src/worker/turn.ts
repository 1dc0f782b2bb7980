/** So many jobs are begun in one turn of the event loop before others get theirs. */
const BEGIN_PER_TURN = 256

/** Runs a function once at the end of the event loop's turn, however often it was asked for in it. */
export class Turn {
  readonly #run: () => void
  #asked = false
  #begun = 0

  constructor(run: () => void) {
    this.#run = run
  }

  ask(): void {
    if (this.#asked) return
    this.#asked = true
    later(() => {
      this.#asked = false
      this.#begun = 0
      this.#run()
    })
  }

  /** Whether one more job may begin in this turn; false: in the next one, which is asked for. */
  mayBegin(): boolean {
    if (this.#begun++ < BEGIN_PER_TURN) return true
    this.ask()
    return false
  }
}

/** setImmediate where there is one (Node), else the nearest thing. */
const later: (callback: () => void) => void =
  typeof setImmediate === 'function'
    ? (callback) => void setImmediate(callback)
    : (callback) => void setTimeout(callback, 0)
