import { JobsError, quote } from '@jobs-worker/core'

/** A function passed directly uses something that does not travel with its source. */
export class ClosureError extends JobsError {
  /** The name of the variable, or 'this', 'super', 'import.meta'. */
  readonly variable: string

  constructor(label: string, variable: string, advice: string) {
    super(
      'JOBS_SYNC_CLOSURE',
      `runSync: ${label} uses ${quoteName(variable)} from outside itself, and only its source goes to the thread: ${advice}`,
    )
    this.variable = variable
  }
}

function quoteName(name: string): string {
  return `\`${name}\``
}

/** An argument or a result that no thread, or no process, can be handed. */
export class NotCloneableError extends JobsError {
  /** Where in the value: `arguments[0].callback`, `result.items[3]`. */
  readonly path: string

  constructor(label: string, path: string, what: string, options?: ErrorOptions) {
    super(
      'JOBS_SYNC_NOT_CLONEABLE',
      `runSync: ${label}: ${path} is ${what}, which cannot be handed to another thread or process`,
      options,
    )
    this.path = path
  }
}

/** The function ended its thread: `process.exit`. Calling again may succeed. */
export class ThreadExitedError extends JobsError {
  readonly exitCode: number

  constructor(label: string, exitCode: number) {
    super('JOBS_THREAD_EXITED', `runSync: ${label} ended its thread with process.exit(${exitCode})`)
    this.exitCode = exitCode
  }
}

/** The function needed more memory than its thread has: see the pool option `memoryLimit`. */
export class ThreadMemoryError extends JobsError {
  constructor(label: string, options?: ErrorOptions) {
    super('JOBS_THREAD_MEMORY', `runSync: ${label} ran out of its thread's memory`, options)
  }
}

/** Something brought the thread down from outside the call's own promise; `cause` is what. */
export class ThreadCrashedError extends JobsError {
  constructor(label: string, detail: string, options?: ErrorOptions) {
    super('JOBS_THREAD_CRASHED', `runSync: ${label}: ${detail}`, options)
  }
}

/** With `isolate: 'process'`: the process of the call ended by itself; native code in it crashed. Calling again may succeed. */
export class ProcessCrashedError extends JobsError {
  /** The signal that ended it: 'SIGSEGV', 'SIGABRT', ... */
  readonly signal: string | null
  readonly exitCode: number | null

  constructor(label: string, exitCode: number | null, signal: string | null) {
    const how = signal === null ? `ended with code ${exitCode}` : `was ended by ${signal}`
    super('JOBS_PROCESS_CRASHED', `runSync: ${label}: its process ${how}`)
    this.signal = signal
    this.exitCode = exitCode
  }
}

/** No thread could be started; `cause` says why. */
export class ThreadStartError extends JobsError {
  constructor(options?: ErrorOptions) {
    super('JOBS_THREAD_START', 'runSync: the threads end before they are ready', options)
  }
}

/** The module could not be loaded in the thread, or has no such function. */
export class ModuleFunctionError extends JobsError {
  constructor(module: string, name: string, detail: string, options?: ErrorOptions) {
    super('JOBS_SYNC_MODULE', `runSync: function ${quote(name)} of ${module}: ${detail}`, options)
  }
}

export class PoolClosedError extends JobsError {
  constructor() {
    super('JOBS_POOL_CLOSED', 'runSync: the pool was closed before the call ended')
  }
}
