import { Agenda, type AgendaBackend, type NotificationChannel } from 'agenda'
import type { Contestant, Payload, Pending, Producer, Runner, ServerKind } from '../contestant'
import { oneByOne } from './chunks'

const TASK = 'bench'
const FOREIGN = 'foreign'
const HOUR = 3_600_000

/** Where one Agenda keeps its jobs, and how it hears of new ones. */
export interface AgendaHome {
  readonly backend: AgendaBackend
  readonly notificationChannel?: NotificationChannel
  close(): Promise<void>
}

interface Place {
  readonly server: ServerKind
  open(url: string): Promise<AgendaHome>
  pending(url: string): Promise<Pending>
}

/** With a lock limit, for without one it locks all that waits before it runs the first. */
const WORKER = { processEvery: 100, maxConcurrency: 100, defaultConcurrency: 100, defaultLockLimit: 100 }

export function agenda(name: string, { server, open, pending }: Place): Contestant {
  const connect = async (url: string) => {
    const { close, ...home } = await open(url)
    const agenda = new Agenda({ ...home, ...WORKER })
    agenda.on('error', (error) => console.error('agenda:', error))
    await agenda.ready
    return { agenda, close }
  }
  return {
    name,
    about: 'notifications, processEvery 100 ms, concurrency and lock limit 100; many jobs by 50 calls at a time',
    server,
    kind: 'peer',
    // Where a million jobs stand, enqueueing them alone takes it minutes.
    except: ['steady', 'backlog-100k', 'backlog-1m', 'history', 'delayed', 'foreign', 'unpinned', 'pinned', 'memory'],
    async install(url) {
      const { agenda, close } = await connect(url)
      await agenda.stop()
      await close()
    },
    async producer(url): Promise<Producer> {
      const { agenda, close } = await connect(url)
      const add = (payloads: readonly Payload[], task: string, when?: Date) =>
        oneByOne(payloads, (payload) => (when ? agenda.schedule(when, task, payload) : agenda.now(task, payload)))
      return {
        async one(payload) {
          await agenda.now(TASK, payload)
        },
        many: (payloads) => add(payloads, TASK),
        later: (payloads) => add(payloads, TASK, new Date(Date.now() + HOUR)),
        foreign: (payloads) => add(payloads, FOREIGN),
        close,
      }
    },
    async runner(url, handle): Promise<Runner> {
      const { agenda, close } = await connect(url)
      agenda.define<Payload>(TASK, async ({ attrs }) => {
        handle(attrs.data)
      })
      return {
        start: () => agenda.start(),
        async stop() {
          await agenda.stop()
          await close()
        },
      }
    },
    pending,
  }
}
