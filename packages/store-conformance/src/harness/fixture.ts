import { randomBytes } from 'node:crypto'
import { createJobs, type Jobs, type JobsOptions } from '@jobs-worker/core'
import type { Store } from '@jobs-worker/core/store'
import type { CallerTransaction, CrashableServer, FaultyStore, StoreUnderTest } from '../options'
import { Child } from './child'
import { intercepted } from './intercept'
import { QUIET } from './logger'
import { PortClient } from './port-client'
import { PortWorker, type WorkerSettings } from './port-worker'

/** What one test works with: stores on one namespace, and all that hangs on them. */
export class Fixture {
  readonly namespace = `conf_${randomBytes(5).toString('hex')}`
  readonly under: StoreUnderTest
  readonly #undo: (() => Promise<unknown>)[] = []
  #first: Promise<Store> | null = null

  constructor(under: StoreUnderTest) {
    this.under = under
  }

  /** The test's store, open. */
  store(): Promise<Store> {
    this.#first ??= this.#open()
    return this.#first
  }

  /** Another store object on the same data; where there can be only one, that one. */
  another(): Promise<Store> {
    return this.under.capabilities.processes === 'many' ? this.#open() : this.store()
  }

  /** Closes the test's store and opens its data again, with a new object. */
  async reopened(): Promise<Store> {
    await (await this.store()).close()
    this.#first = null
    return this.store()
  }

  /** A store object that nobody has opened. */
  async unopened(): Promise<Store> {
    const store = await this.under.create(this.namespace)
    this.onDispose(() => store.close())
    return store
  }

  async client(store?: Store): Promise<PortClient> {
    return new PortClient(store ?? (await this.store()))
  }

  /** A worker at the port, registered. */
  async worker(settings: WorkerSettings = {}, store?: Store): Promise<PortWorker> {
    const worker = new PortWorker(store ?? (await this.store()), settings)
    await worker.register()
    return worker
  }

  /** A client as users make it, with a store object of its own; it is closed behind the test. */
  async jobs(options: Omit<JobsOptions, 'store'> = {}, store?: Store): Promise<Jobs> {
    const own = store ?? (await this.another())
    // Where there is one store object for all, it stays open for the others.
    const shared = this.under.capabilities.processes === 'one'
    const jobs = createJobs({
      log: QUIET,
      ...options,
      store: shared ? intercepted(own, { close: () => Promise.resolve() }) : own,
    })
    this.onDispose(() => jobs.close())
    return jobs
  }

  /** Records around the store in which the text occurs. */
  async raw(text: string): Promise<readonly string[]> {
    if (this.under.raw === undefined) throw new Error(`${this.under.name} gives no raw access`)
    return this.under.raw(this.namespace, text)
  }

  async begin(store: Store): Promise<CallerTransaction> {
    if (this.under.begin === undefined) throw new Error(`${this.under.name} begins no transactions`)
    return this.under.begin(this.namespace, store)
  }

  async faulty(): Promise<FaultyStore> {
    if (this.under.faulty === undefined) throw new Error(`${this.under.name} has no faults`)
    const faulty = await this.under.faulty(this.namespace)
    this.onDispose(() => faulty.dispose())
    return faulty
  }

  async crashable(): Promise<CrashableServer> {
    if (this.under.crashable === undefined) throw new Error(`${this.under.name} has no server to kill`)
    const server = await this.under.crashable(this.namespace)
    this.onDispose(() => server.dispose())
    return server
  }

  /** A process of its own on the test's data, up and talking. */
  async child(): Promise<Child> {
    if (this.under.child === undefined) throw new Error(`${this.under.name} opens in no child process`)
    const child = await Child.start(this.under.child(this.namespace))
    this.onDispose(() => child.kill())
    return child
  }

  /** Called in reverse order when the test has ended. */
  onDispose(undo: () => Promise<unknown>): void {
    this.#undo.push(undo)
  }

  async dispose(): Promise<void> {
    for (const undo of this.#undo.reverse()) await undo().catch(() => undefined)
    await this.under.drop?.(this.namespace)
  }

  async #open(): Promise<Store> {
    const store = await this.unopened()
    await store.open()
    return store
  }
}
