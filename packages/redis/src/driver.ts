/** What this store uses of ioredis, 5 or 6: a `Redis` or a `Cluster`. */
export interface Client {
  readonly status: string
  evalshaBuffer(sha: string, keys: number, ...keysAndArgument: (string | Buffer)[]): Promise<unknown>
  evalBuffer(text: string, keys: number, ...keysAndArgument: (string | Buffer)[]): Promise<unknown>
  hget(key: string, field: string): Promise<string | null>
  hsetnx(key: string, field: string, value: string): Promise<number>
  sadd(key: string, member: string): Promise<number>
  smembers(key: string): Promise<string[]>
  pttl(key: string): Promise<number>
  set(key: string, value: string, px: 'PX', ms: number): Promise<unknown>
  publish(channel: string, message: string): Promise<number>
  info(section: string): Promise<string>
  ping(): Promise<unknown>
  pipeline(): Pipeline
  connect(): Promise<void>
  disconnect(reconnect?: boolean): void
  on(event: string, listener: (...args: never[]) => void): unknown
  off(event: string, listener: (...args: never[]) => void): unknown
}

/** Commands that go together. */
interface Pipeline {
  evalshaBuffer(sha: string, keys: number, ...keysAndArgument: (string | Buffer)[]): Pipeline
  evalBuffer(text: string, keys: number, ...keysAndArgument: (string | Buffer)[]): Pipeline
  wait(replicas: number, ms: number): Pipeline
  exec(): Promise<[Error | null, unknown][] | null>
}

/** A connection of its own that hears a channel. */
export interface Subscriber extends Pick<Client, 'status' | 'on' | 'off' | 'disconnect' | 'ping'> {
  subscribe(...channels: string[]): Promise<unknown>
}
