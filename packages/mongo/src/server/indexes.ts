import type { IndexDescription } from 'mongodb'

/**
 * A day: MongoDB's own sweep is a net under `prune()`, which comes long before. Not among the jobs: what is removed there has to
 * be counted first.
 */
const NET = 86_400

/** Of the documents that have this field: such an index costs the others next to nothing, unlike a sparse one. */
function where(field: string): Pick<IndexDescription, 'partialFilterExpression'> {
  return { partialFilterExpression: { [field]: { $exists: true } } }
}

/**
 * Every query of this store walks one of these in its order. Many jobs change at once: where an index has `order` last, it is
 * so that no two of them have the same key, which costs DocumentDB much.
 */
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
      key: { 'hold.instance': 1, queue: 1, state: 1, order: 1 },
      ...where('hold.instance'),
    },
    // Locks: no two that are held have a key in common.
    { name: 'locks', key: { keys: 1 }, unique: true, partialFilterExpression: { held: true } },
    { name: 'acquired', key: { 'acquired.id': 1 }, ...where('acquired.id') },
    // The line of each key, and lists of those who stand in lines.
    { name: 'lines', key: { keys: 1, priority: 1, due: 1, joined: 1, _id: 1 }, ...where('joined') },
    { name: 'blocked', key: { queue: 1, rank: 1, order: 1 }, partialFilterExpression: { state: 'blocked' } },
    // What is to be tended: turns that nobody takes, locks whose time is over, keys that nobody was told of.
    { name: 'turn', key: { turn: 1 }, ...where('turn') },
    { name: 'ends', key: { ends: 1 }, ...where('ends') },
    { name: 'offer', key: { 'offer.at': 1 }, ...where('offer.at') },
    // Lists of what has ended.
    {
      name: 'ended',
      key: { queue: 1, state: 1, ended: -1, _id: -1 },
      ...where('ended'),
    },
    { name: 'expires', key: { expires: 1, order: 1 }, ...where('expires') },
    { name: 'unique', key: { holds: 1 }, ...where('holds'), unique: true },
    // Requests, and what is not in the totals yet.
    { name: 'forget', key: { forget: 1 }, ...where('forget') },
    { name: 'open', key: { open: 1 }, ...where('open') },
  ],
  workers: [
    { name: 'id', key: { id: 1 }, unique: true },
    { name: 'lease', key: { leaseUntil: 1 } },
  ],
  windows: [{ name: 'forget', key: { forget: 1 }, expireAfterSeconds: NET }],
  signals: [{ name: 'forget', key: { forget: 1 }, expireAfterSeconds: NET }],
  // Schedules that are active and have a time, by when they may be taken.
  schedules: [{ name: 'waiting', key: { look: 1, _id: 1 }, ...where('look') }],
  queues: [],
  totals: [],
  meta: [],
}
