/** Those who wait for a worker: for the outcome of one job, or until nothing is left to do. */
export class Waiting {
  readonly #runs = new Map<string, (ran: boolean) => void>()
  #idle: (() => void)[] = []

  get forIdle(): boolean {
    return this.#idle.length > 0
  }

  /** Resolves, to whether the job ran, when its outcome is stored or its lease is lost. */
  run(id: string): Promise<boolean> {
    return new Promise((resolve) => this.#runs.set(id, resolve))
  }

  ended(id: string, ran: boolean): void {
    const resolve = this.#runs.get(id)
    if (resolve === undefined) return
    this.#runs.delete(id)
    resolve(ran)
  }

  idle(): Promise<void> {
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  nothingLeft(): void {
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}
