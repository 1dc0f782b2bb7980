import pg from 'pg'
import type { Payload, Runner } from '../contestant'

const LOOPS = 2
const BATCH = 500
const POLL_MS = 1_000
const FLOOR_MS = 1_000

/** Settles the last batch and claims the next, in one statement. $1 settled ids, $2 their claim, $3 floor, $4 new claim. */
const EXCHANGE = {
  name: 'exchange',
  text: `
    with settled as (delete from job where id = any($1::bigint[]) and claim = $2::bigint)
    update job set claim = $4::bigint, lease = now() + interval '30 seconds'
    where id = any(array(
      select id from job where id > $3::bigint and (lease is null or lease < now())
      order by id limit ${BATCH} for update skip locked))
    returning id, payload`,
}

interface Row {
  readonly id: string
  readonly payload: string
}

/** The ceiling's worker: loops that each settle and claim in one round trip while there is work, else wait for NOTIFY. */
export class CeilingRunner implements Runner {
  readonly #pool: pg.Pool
  readonly #listener: pg.Client
  readonly #handle: (payload: Payload) => void
  #running = false
  #loops: Promise<void>[] = []
  #sleepers: (() => void)[] = []
  #woken = 0
  #claims = 0
  #floor = 0
  #floorAt = 0

  private constructor(pool: pg.Pool, listener: pg.Client, handle: (payload: Payload) => void) {
    this.#pool = pool
    this.#listener = listener
    this.#handle = handle
    listener.on('notification', () => this.#wake())
  }

  static async connect(url: string, handle: (payload: Payload) => void): Promise<CeilingRunner> {
    const pool = new pg.Pool({ connectionString: url, max: LOOPS })
    const listener = new pg.Client({ connectionString: url })
    await listener.connect()
    await listener.query('listen job')
    await Promise.all(Array.from({ length: LOOPS }, () => pool.query('select pg_sleep(0.01)')))
    return new CeilingRunner(pool, listener, handle)
  }

  async start(): Promise<void> {
    this.#running = true
    this.#loops = Array.from({ length: LOOPS }, () => this.#loop())
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#wake()
    await Promise.all(this.#loops)
    await this.#pool.end()
    await this.#listener.end()
  }

  async #loop(): Promise<void> {
    let held: string[] = []
    let claim = 0
    while (this.#running || held.length > 0) {
      const seen = this.#woken
      const next = ++this.#claims
      const { rows } = await this.#pool.query<Row>(EXCHANGE, [held, claim, this.#lowerBound(), next])
      held = rows.map((row) => row.id)
      claim = next
      for (const row of rows) this.#handle(JSON.parse(row.payload))
      const last = Math.max(0, ...held.map(Number))
      this.#floor = rows.length < BATCH ? 0 : Math.max(this.#floor, last)
      if (rows.length === 0 && seen === this.#woken && this.#running) await this.#sleep()
    }
  }

  /** Below it everything is taken; looked at anew once a second, because what was taken may come back. */
  #lowerBound(): number {
    const time = Date.now()
    if (time - this.#floorAt >= FLOOR_MS) {
      this.#floor = 0
      this.#floorAt = time
    }
    return this.#floor
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS)
      this.#sleepers.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #wake(): void {
    this.#woken++
    for (const wake of this.#sleepers.splice(0)) wake()
  }
}
