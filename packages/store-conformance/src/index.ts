export { conformance } from './conformance'
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
