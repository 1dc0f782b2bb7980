import { createHash } from 'node:crypto'
import acquireLocks from './lua/acquire_locks.lua'
import advanceSchedules from './lua/advance_schedules.lua'
import barSchedule from './lua/bar_schedule.lua'
import beat from './lua/beat.lua'
import bury from './lua/bury.lua'
import cancel from './lua/cancel.lua'
import changeSchedule from './lua/change_schedule.lua'
import check from './lua/check.lua'
import counts from './lua/counts.lua'
import dead from './lua/dead.lua'
import enqueue from './lua/enqueue.lua'
import enter from './lua/enter.lua'
import exchange from './lua/exchange.lua'
import extendLocks from './lua/extend_locks.lua'
import fireSchedules from './lua/fire_schedules.lua'
import get from './lua/get.lua'
import getSchedule from './lua/get_schedule.lua'
import join from './lua/join.lua'
import libAdmit from './lua/lib/admit.lua'
import libBase from './lua/lib/base.lua'
import libClaim from './lua/lib/claim.lua'
import libCommon from './lua/lib/common.lua'
import libEnqueue from './lua/lib/enqueue.lua'
import libFired from './lua/lib/fired.lua'
import libListLocks from './lua/lib/list_locks.lua'
import libLocks from './lua/lib/locks.lua'
import libMoves from './lua/lib/moves.lua'
import libRecords from './lua/lib/records.lua'
import libSchedules from './lua/lib/schedules.lua'
import libSettle from './lua/lib/settle.lua'
import libUpkeep from './lua/lib/upkeep.lua'
import list from './lua/list.lua'
import listLocks from './lua/list_locks.lua'
import listSchedules from './lua/list_schedules.lua'
import makeDue from './lua/make_due.lua'
import noteDue from './lua/note_due.lua'
import outlook from './lua/outlook.lua'
import pause from './lua/pause.lua'
import promote from './lua/promote.lua'
import prune from './lua/prune.lua'
import putSchedule from './lua/put_schedule.lua'
import recover from './lua/recover.lua'
import register from './lua/register.lua'
import releaseLocks from './lua/release_locks.lua'
import remove from './lua/remove.lua'
import removeSchedule from './lua/remove_schedule.lua'
import retry from './lua/retry.lua'
import seizeLocks from './lua/seize_locks.lua'
import takeSchedules from './lua/take_schedules.lua'
import tendLocks from './lua/tend_locks.lua'
import unregister from './lua/unregister.lua'
import waiting from './lua/waiting.lua'
import watch from './lua/watch.lua'
import workers from './lua/workers.lua'

/** A script and the name that Redis knows it by. */
export interface Script {
  readonly name: string
  readonly text: string
  readonly sha: string
}

const records = [libBase, libRecords]
const locks = [...records, libLocks]
const moves = [...locks, libMoves]
const writes = [...moves, libEnqueue, libSettle]
const administers = [...writes, libUpkeep]
const common = [libCommon]
const schedules = [...common, libSchedules]

/** Scripts of one queue, whose key is the queue's tag, and scripts of what concerns no single queue. */
export const SCRIPTS = {
  enqueue: script('enqueue', [...moves, libEnqueue], enqueue),
  exchange: script('exchange', [...writes, libAdmit, libClaim], exchange),
  check: script('check', writes, check),
  recover: script('recover', [...moves, libUpkeep], recover),
  promote: script('promote', [...moves, libUpkeep], promote),
  prune: script('prune', moves, prune),
  get: script('get', records, get),
  list: script('list', records, list),
  counts: script('counts', [libBase], counts),
  waiting: script('waiting', [libBase], waiting),
  cancel: script('cancel', administers, cancel),
  retry: script('retry', administers, retry),
  makeDue: script('make_due', administers, makeDue),
  remove: script('remove', administers, remove),
  pause: script('pause', [libBase], pause),
  acquireLocks: script('acquire_locks', [...locks, libListLocks], acquireLocks),
  releaseLocks: script('release_locks', locks, releaseLocks),
  extendLocks: script('extend_locks', locks, extendLocks),
  listLocks: script('list_locks', [...locks, libListLocks], listLocks),
  seizeLocks: script('seize_locks', locks, seizeLocks),
  tendLocks: script('tend_locks', locks, tendLocks),
  join: script('join', [libBase], join),
  watch: script('watch', [libBase], watch),
  register: script('register', common, register),
  unregister: script('unregister', common, unregister),
  enter: script('enter', common, enter),
  beat: script('beat', common, beat),
  outlook: script('outlook', common, outlook),
  workers: script('workers', common, workers),
  dead: script('dead', common, dead),
  bury: script('bury', common, bury),
  noteDue: script('note_due', common, noteDue),
  fireSchedules: script('fire_schedules', [...moves, libEnqueue, libFired], fireSchedules),
  barSchedule: script('bar_schedule', [libBase, libFired], barSchedule),
  advanceSchedules: script('advance_schedules', schedules, advanceSchedules),
  takeSchedules: script('take_schedules', schedules, takeSchedules),
  putSchedule: script('put_schedule', schedules, putSchedule),
  changeSchedule: script('change_schedule', schedules, changeSchedule),
  removeSchedule: script('remove_schedule', schedules, removeSchedule),
  getSchedule: script('get_schedule', schedules, getSchedule),
  listSchedules: script('list_schedules', schedules, listSchedules),
} as const

function script(name: string, libraries: readonly string[], body: string): Script {
  const text = [...libraries, body].map(withoutComments).join('\n')
  return { name, text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Redis keeps the text of every script: the contracts are for readers. */
function withoutComments(text: string): string {
  return text.replace(/^\s*--.*\n/gm, '')
}
