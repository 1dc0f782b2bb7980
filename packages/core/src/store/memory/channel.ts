import type { Hint, Signal } from '../port'
import { frozen } from './frozen'

/** Signals to all listeners, after the step that causes them; the wake-ups of one step are one signal. */
export class Channel {
  private readonly listeners = new Set<(signal: Signal) => void>()
  private readonly woken = new Set<string>()
  private watchedUntil = 0

  constructor(private readonly now: () => number) {}

  get watched(): boolean {
    return this.watchedUntil > this.now()
  }

  watch(ttl: number): void {
    this.watchedUntil = Math.max(this.watchedUntil, this.now() + ttl)
  }

  subscribe(listener: (signal: Signal) => void): () => void {
    // An own function for each call: the same listener may subscribe twice.
    const heard = (signal: Signal) => listener(signal)
    this.listeners.add(heard)
    return () => void this.listeners.delete(heard)
  }

  wake(queue: string): void {
    if (this.woken.size === 0) {
      queueMicrotask(() => {
        const queues = [...this.woken]
        this.woken.clear()
        this.send({ kind: 'wake', queues })
      })
    }
    this.woken.add(queue)
  }

  hint(origin: string, hints: readonly Hint[]): void {
    this.signal({ kind: 'hints', origin, hints: frozen(hints) })
  }

  signal(signal: Signal): void {
    queueMicrotask(() => this.send(signal))
  }

  close(): void {
    this.listeners.clear()
  }

  private send(signal: Signal): void {
    for (const listener of [...this.listeners]) listener(signal)
  }
}
