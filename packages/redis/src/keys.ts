/** Names of keys. What stands in braces is the hash tag of Redis Cluster: keys that share it are on one node. */
export class Keys {
  /** Before every key that concerns no single queue. */
  readonly common: string
  readonly queues: string
  readonly channel: string
  readonly schema: string
  readonly watch: string
  readonly #prefix: string

  constructor(prefix: string) {
    this.#prefix = prefix
    this.common = `{${prefix}}:`
    this.queues = `${this.common}queues`
    this.channel = `${this.common}signals`
    this.schema = `${this.common}schema`
    this.watch = `${this.common}watch`
  }

  /** Before every key of a queue. */
  queue(name: string): string {
    // A brace of the name's own would end the tag.
    return `{${this.#prefix}:${name.replace(/[%}]/g, (found) => (found === '%' ? '%25' : '%7D'))}}:`
  }

  /** The name of the queue whose keys begin so. */
  queueOf(tag: string): string {
    return tag.slice(this.#prefix.length + 2, -2).replace(/%25|%7D/g, (found) => (found === '%25' ? '%' : '}'))
  }
}
