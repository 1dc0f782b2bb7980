import type { IndexDescription } from 'mongodb'

/** A day: MongoDB's own sweep is a net under `prune()`, which comes long before. */
const NET = 86_400

/** Of the documents that have this field: such an index costs the others next to nothing, unlike a sparse one. */
function where(field: string): Pick<IndexDescription, 'partialFilterExpression'> {
  return { partialFilterExpression: { [field]: { $exists: true } } }
}

/** Every query of this store walks one of these in its order. */
export const INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  jobs: [
    // Claims, and lists of what is queued.
    {
      name: 'line',
      key: { queue: 1, lane: 1, rank: 1, order: 1 },
      partialFilterExpression: { state: 'queued' },
    },
    // Promotion, and lists of what is scheduled in all queues, or in one.
    { name: 'due', key: { due: 1, order: 1 }, partialFilterExpression: { state: 'scheduled' } },
    { name: 'queue_due', key: { queue: 1, due: 1, order: 1 }, partialFilterExpression: { state: 'scheduled' } },
    // What workers have in their hands.
    {
      name: 'held',
      key: { 'hold.instance': 1, 'hold.claim': 1, queue: 1, state: 1 },
      ...where('hold.instance'),
    },
    // Lists of what has ended.
    {
      name: 'ended',
      key: { queue: 1, state: 1, ended: -1, _id: -1 },
      ...where('ended'),
    },
    { name: 'expires', key: { expires: 1 }, ...where('expires'), expireAfterSeconds: NET },
    { name: 'unique', key: { holds: 1 }, ...where('holds'), unique: true },
    // Requests, and what is not in the totals yet.
    { name: 'forget', key: { forget: 1 }, ...where('forget'), expireAfterSeconds: NET },
    { name: 'open', key: { open: 1 }, ...where('open') },
  ],
  workers: [
    { name: 'id', key: { id: 1 }, unique: true },
    { name: 'lease', key: { leaseUntil: 1 } },
  ],
  windows: [{ name: 'forget', key: { forget: 1 }, expireAfterSeconds: NET }],
  signals: [{ name: 'forget', key: { forget: 1 }, expireAfterSeconds: NET }],
  // Schedules that are active and have a time, by when they may be taken.
  schedules: [{ name: 'look', key: { look: 1 }, ...where('look') }],
  queues: [],
  totals: [],
  meta: [],
}
