import type { RequestId } from '../port'

/** How long a repeated request gets the first answer. */
const REMEMBERED = 60_000

/** The answers of the last minute, by request. */
export class Requests<Answer> {
  private readonly answers = new Map<string, { readonly at: number; readonly answer: Answer }>()

  constructor(private readonly now: () => number) {}

  /** The first answer to this request, or else a new one. */
  once(request: RequestId, answer: () => Answer): Answer {
    this.forget()
    const key = `${request.client}\0${request.number}`
    const first = this.answers.get(key)
    if (first) return first.answer
    const made = answer()
    this.answers.set(key, { at: this.now(), answer: made })
    return made
  }

  /** A map keeps the order of insertion, so the oldest come first. */
  private forget(): void {
    for (const [key, { at }] of this.answers) {
      if (at + REMEMBERED > this.now()) break
      this.answers.delete(key)
    }
  }
}
