import type { Contestant } from '../contestant'

/** Everybody, in the order of the tables; loaded one by one, so that a child process holds only what it measures. */
const LOAD: Readonly<Record<string, () => Promise<Contestant>>> = {
  'jobs-worker': async () => (await import('./jobs-worker')).oursDefault,
  'jobs-worker-keep0': async () => (await import('./jobs-worker')).oursKeepNone,
  graphile: async () => (await import('./graphile')).graphileDefault,
  'graphile-tuned': async () => (await import('./graphile')).graphileTuned,
  'pg-boss': async () => (await import('./pg-boss')).pgBoss,
  'bullmq-postgres': async () => (await import('./bullmq-postgres')).bullmqPostgres,
  'agenda-postgres': async () => (await import('./agenda-postgres')).agendaPostgres,
  'sidequest-postgres': async () => (await import('./sidequest-postgres')).sidequestPostgres,
  ceiling: async () => (await import('./ceiling')).ceilingGathered,
  'ceiling-each': async () => (await import('./ceiling')).ceilingSingle,
  'ceiling-notify': async () => (await import('./ceiling')).ceilingNotify,
  'jobs-worker-redis': async () => (await import('./jobs-worker-redis')).oursDefault,
  'jobs-worker-redis-keep0': async () => (await import('./jobs-worker-redis')).oursKeepNone,
  bullmq: async () => (await import('./bullmq')).bullmqDefault,
  'bullmq-remove': async () => (await import('./bullmq')).bullmqRemove,
  groupmq: async () => (await import('./groupmq')).groupmq,
  'bee-queue': async () => (await import('./bee-queue')).beeQueue,
  'agenda-redis': async () => (await import('./agenda-redis')).agendaRedis,
  'ceiling-redis': async () => (await import('./ceiling-redis')).ceilingRedis,
  'jobs-worker-mongo': async () => (await import('./jobs-worker-mongo')).oursDefault,
  'jobs-worker-mongo-keep0': async () => (await import('./jobs-worker-mongo')).oursKeepNone,
  'agenda-mongo': async () => (await import('./agenda-mongo')).agendaMongo,
  'sidequest-mongo': async () => (await import('./sidequest-mongo')).sidequestMongo,
  'ceiling-mongo': async () => (await import('./ceiling-mongo')).ceilingMongo,
}

export function loadContestants(): Promise<Contestant[]> {
  return Promise.all(Object.keys(LOAD).map(loadContestant))
}

export async function loadContestant(name: string): Promise<Contestant> {
  const load = LOAD[name]
  if (!load) throw new Error(`no contestant '${name}'; there are: ${Object.keys(LOAD).join(', ')}`)
  return load()
}
