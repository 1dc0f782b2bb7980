/** Runs a function once at the end of the event loop's turn, however often it was asked for in it. */
export class Turn {
  readonly #run: () => void
  #asked = false

  constructor(run: () => void) {
    this.#run = run
  }

  ask(): void {
    if (this.#asked) return
    this.#asked = true
    later(() => {
      this.#asked = false
      this.#run()
    })
  }
}

/** setImmediate where there is one (Node), else the nearest thing. */
const later: (callback: () => void) => void =
  typeof setImmediate === 'function'
    ? (callback) => void setImmediate(callback)
    : (callback) => void setTimeout(callback, 0)
