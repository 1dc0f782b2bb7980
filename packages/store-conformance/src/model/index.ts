export { type ModelOptions, modelTest } from './model-test'
