import type { Requester } from '../client/requester'
import type { Catalog } from '../model/catalog'
import type { TaskContext } from '../model/client'
import type { PartialSettings } from '../model/settings'
import type { AnyTask } from '../model/task'
import type { Events } from '../observe/events'
import type { Store } from '../store/port'
import type { AppetiteOptions } from './appetite'
import type { Run, RunHost } from './run'

export interface DispatcherOptions extends AppetiteOptions {
  readonly workerId: string
  readonly grace: number
  readonly payloadLimit: number
  /** Beats the task's and the call's settings (flags of the command line). */
  readonly overrides: PartialSettings
  /** The worker's registration; empty while it has none, and nothing is claimed. */
  instance(): string
  /** Whether the worker's lease is still its own, as far as it can know. */
  leaseLives(): boolean
}

export interface DispatcherParts {
  readonly store: Store
  readonly catalog: Catalog
  readonly requester: Requester
  readonly events: Events
  readonly jobs: RunHost['jobs']
  readonly locks: RunHost['locks']
  readonly log: RunHost['log']
  call(task: AnyTask, input: unknown, context: TaskContext, run: Run): unknown
  /** The store said when the next scheduled job is due. */
  dueIn(ms: number | null): void
  /** The store does not know this instance any more. */
  expelled(instance: string): void
  /** All that it may claim is claimed, run and stored. */
  exhausted(): void
}
