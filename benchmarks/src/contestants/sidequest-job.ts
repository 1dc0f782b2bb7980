import { Job } from 'sidequest'
import type { Payload } from '../contestant'

let handle: (payload: Payload) => unknown = () => undefined

/** What the jobs of this process run: Sidequest finds the class in its file, by the file's name. */
export function setHandle(next: (payload: Payload) => unknown): void {
  handle = next
}

export class BenchJob extends Job {
  async run(payload: Payload): Promise<unknown> {
    return handle(payload)
  }
}
