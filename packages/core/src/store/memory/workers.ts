import type { LaneRecord, Registration, WorkerInfo, WorkerRecord } from '../port'
import { frozen } from './frozen'

interface Registered {
  readonly info: WorkerInfo
  beatAt: number
}

/** Who works, and whose lease lives. */
export class Workers {
  private readonly byInstance = new Map<string, Registered>()

  constructor(private readonly now: () => number) {}

  register(info: WorkerInfo, evict?: { readonly instance: string; readonly beatAge: number }): Registration {
    const holder = [...this.byInstance.values()].find(
      (worker) => worker.info.id === info.id && worker.info.instance !== info.instance,
    )
    if (holder) {
      const { instance, host, pid } = holder.info
      const beatAge = this.now() - holder.beatAt
      const expelled = evict?.instance === instance && beatAge >= evict.beatAge
      if (!expelled) return { registered: false, holder: { instance, host, pid, beatAge } }
      this.byInstance.delete(instance)
    }
    this.byInstance.set(info.instance, { info: frozen(info), beatAt: this.now() })
    return { registered: true }
  }

  remove(instance: string): void {
    this.byInstance.delete(instance)
  }

  get(instance: string): WorkerInfo | undefined {
    return this.byInstance.get(instance)?.info
  }

  /** Extends the lease; false where the worker is not registered. */
  beat(instance: string): boolean {
    const worker = this.byInstance.get(instance)
    if (worker) worker.beatAt = this.now()
    return worker !== undefined
  }

  lives(instance: string): boolean {
    const worker = this.byInstance.get(instance)
    return worker !== undefined && worker.beatAt + worker.info.leaseMs > this.now()
  }

  /** Takes those off the list whose lease ran out. */
  expire(): void {
    for (const instance of [...this.byInstance.keys()]) if (!this.lives(instance)) this.remove(instance)
  }

  list(): readonly WorkerRecord[] {
    return [...this.byInstance.values()]
      .filter(({ info }) => this.lives(info.instance))
      .map(({ info, beatAt }) => ({
        id: info.id,
        instance: info.instance,
        host: info.host,
        pid: info.pid,
        queues: info.queues,
        lanes: info.lanes,
        beatAge: this.now() - beatAt,
      }))
  }

  serves({ queue, lane }: LaneRecord): boolean {
    return this.list().some((worker) => worker.queues.includes(queue) && worker.lanes.includes(lane))
  }
}
