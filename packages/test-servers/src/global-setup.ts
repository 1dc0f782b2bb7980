import { BROKER, startBroker } from './broker'

/** vitest's globalSetup: workers and their child processes find the broker through the environment. */
export async function setup(): Promise<() => Promise<void>> {
  const broker = await startBroker()
  process.env[BROKER] = broker.url
  return () => broker.close()
}
