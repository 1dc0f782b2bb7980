export { defineConfig, type JobsConfig } from './config'
