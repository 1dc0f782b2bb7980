export { conformance } from './conformance'
export { newJob, newJobs } from './harness/jobs'
export { PortClient } from './harness/port-client'
export { PortWorker, type Wanted, type WorkerSettings } from './harness/port-worker'
export { type ModelOptions, modelTest } from './model'
export type {
  CallerTransaction,
  ChildStore,
  ConformanceOptions,
  CrashableServer,
  FaultyStore,
  StoreUnderTest,
  TestRunner,
} from './options'
