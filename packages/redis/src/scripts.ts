import { createHash } from 'node:crypto'
import cancel from './lua/admin/cancel.lua'
import makeDue from './lua/admin/make_due.lua'
import pause from './lua/admin/pause.lua'
import remove from './lua/admin/remove.lua'
import retry from './lua/admin/retry.lua'
import admitJobs from './lua/apart/admit_jobs.lua'
import beginTurns from './lua/apart/begin_turns.lua'
import blockedJobs from './lua/apart/blocked_jobs.lua'
import enlistRun from './lua/apart/enlist_run.lua'
import holdLocks from './lua/apart/hold_locks.lua'
import knownWaits from './lua/apart/known_waits.lua'
import leaveJobs from './lua/apart/leave_jobs.lua'
import passTurns from './lua/apart/pass_turns.lua'
import tendApart from './lua/apart/tend_apart.lua'
import unlistRun from './lua/apart/unlist_run.lua'
import verifyRuns from './lua/apart/verify_runs.lua'
import beat from './lua/claimer/beat.lua'
import check from './lua/claimer/check.lua'
import enter from './lua/claimer/enter.lua'
import exchange from './lua/claimer/exchange.lua'
import join from './lua/claimer/join.lua'
import outlook from './lua/claimer/outlook.lua'
import register from './lua/claimer/register.lua'
import unregister from './lua/claimer/unregister.lua'
import bury from './lua/keeper/bury.lua'
import dead from './lua/keeper/dead.lua'
import noteDue from './lua/keeper/note_due.lua'
import promote from './lua/keeper/promote.lua'
import prune from './lua/keeper/prune.lua'
import recover from './lua/keeper/recover.lua'
import libAdmit from './lua/lib/admit.lua'
import libAhead from './lua/lib/ahead.lua'
import libApart from './lua/lib/apart.lua'
import libArrive from './lua/lib/arrive.lua'
import libAsk from './lua/lib/ask.lua'
import libAskAhead from './lua/lib/ask_ahead.lua'
import libBase from './lua/lib/base.lua'
import libClaim from './lua/lib/claim.lua'
import libCommon from './lua/lib/common.lua'
import libEach from './lua/lib/each.lua'
import libEnqueue from './lua/lib/enqueue.lua'
import libFields from './lua/lib/fields.lua'
import libFired from './lua/lib/fired.lua'
import libGather from './lua/lib/gather.lua'
import libHandOver from './lua/lib/hand_over.lua'
import libLine from './lua/lib/line.lua'
import libLines from './lua/lib/lines.lua'
import libListLocks from './lua/lib/list_locks.lua'
import libLocks from './lua/lib/locks.lua'
import libMeet from './lua/lib/meet.lua'
import libMoves from './lua/lib/moves.lua'
import libParties from './lua/lib/parties.lua'
import libRecords from './lua/lib/records.lua'
import libRestOfEnqueue from './lua/lib/rest_of_enqueue.lua'
import libRestOfExchange from './lua/lib/rest_of_exchange.lua'
import libSchedules from './lua/lib/schedules.lua'
import libSettle from './lua/lib/settle.lua'
import libSettleAll from './lua/lib/settle_all.lua'
import libShelve from './lua/lib/shelve.lua'
import libTaken from './lua/lib/taken.lua'
import libTell from './lua/lib/tell.lua'
import libTurns from './lua/lib/turns.lua'
import libUnique from './lua/lib/unique.lua'
import libUpkeep from './lua/lib/upkeep.lua'
import libWait from './lua/lib/wait.lua'
import acquireLocks from './lua/locks/acquire_locks.lua'
import extendLocks from './lua/locks/extend_locks.lua'
import listLocks from './lua/locks/list_locks.lua'
import releaseLocks from './lua/locks/release_locks.lua'
import seizeLocks from './lua/locks/seize_locks.lua'
import tendLocks from './lua/locks/tend_locks.lua'
import counts from './lua/query/counts.lua'
import get from './lua/query/get.lua'
import list from './lua/query/list.lua'
import waiting from './lua/query/waiting.lua'
import workers from './lua/query/workers.lua'
import advanceSchedules from './lua/schedules/advance_schedules.lua'
import barSchedule from './lua/schedules/bar_schedule.lua'
import changeSchedule from './lua/schedules/change_schedule.lua'
import fireSchedules from './lua/schedules/fire_schedules.lua'
import getSchedule from './lua/schedules/get_schedule.lua'
import listSchedules from './lua/schedules/list_schedules.lua'
import putSchedule from './lua/schedules/put_schedule.lua'
import removeSchedule from './lua/schedules/remove_schedule.lua'
import takeSchedules from './lua/schedules/take_schedules.lua'
import watch from './lua/signals/watch.lua'
import enqueue from './lua/writer/enqueue.lua'

/** A script and the name that Redis knows it by. */
export interface Script {
  readonly name: string
  readonly text: string
  readonly sha: string
  /** Where locks and queues are on different nodes. Its answer are two: the script's own, and its news, see lua/lib/apart.lua. */
  readonly apart?: Script
}

const ON_DEMAND = 'local made\nlocal function rest()\nif made then return made end\nmade = (function()'
const HAND_OVER = `local function hand_over()
local function rest() return { meet = function() return false, false, true end } end`

const jobs = [libBase, libFields, libGather]
const records = [...jobs, libRecords]
const locks = [...records, libLocks, libLines, libTurns]
const moves = [...locks, libArrive, libShelve, libMoves]
const administers = [...moves, libEach, libUpkeep]
const enqueues = [
  ...jobs,
  libArrive,
  ...onDemand([libFields, libRecords, libLocks, libLines, libTurns, libShelve, libMoves, libUnique, libRestOfEnqueue]),
  libEnqueue,
]
/** Made where a worker waits. A claim that meets a job which is more than enqueued holds back. */
const handsOver = [HAND_OVER, libLine, libTaken, libClaim, libTell, libHandOver, 'end']
const settles = [libArrive, libMoves, libUnique, libEnqueue, libEach, libSettle]
const exchanges = [
  ...jobs,
  libShelve,
  libLine,
  libTaken,
  ...onDemand([
    libFields,
    libRecords,
    libLocks,
    libLines,
    libTurns,
    ...settles,
    libAdmit,
    libMeet,
    libAhead,
    libRestOfExchange,
  ]),
  libSettleAll,
  libClaim,
  libTell,
  libWait,
]
const common = [libCommon]
const schedules = [...common, libSchedules]

/** What takes the place of a library on a cluster. */
const APART: ReadonlyMap<string, string> = new Map([
  [libTurns, libApart],
  [libAdmit, libAsk],
  [libAhead, libAskAhead],
])
const parties = [...locks, libParties]

/** Scripts of one queue, whose key is the queue's tag, and scripts of what concerns no single queue. */
export const SCRIPTS = {
  enqueue: script('enqueue', [...enqueues, ...handsOver], enqueue),
  exchange: script('exchange', exchanges, exchange),
  check: script('check', [...records, libEach], check),
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
  admitJobs: script('admit_jobs', parties, admitJobs),
  leaveJobs: script('leave_jobs', parties, leaveJobs),
  holdLocks: script('hold_locks', [...parties, libListLocks], holdLocks),
  tendApart: script('tend_apart', parties, tendApart),
  passTurns: script('pass_turns', parties, passTurns),
  beginTurns: script('begin_turns', moves, beginTurns),
  verifyRuns: script('verify_runs', locks, verifyRuns),
  blockedJobs: script('blocked_jobs', locks, blockedJobs),
  knownWaits: script('known_waits', parties, knownWaits),
  enlistRun: script('enlist_run', locks, enlistRun),
  unlistRun: script('unlist_run', locks, unlistRun),
  join: script('join', [libBase, libWait], join),
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
  fireSchedules: script('fire_schedules', [...enqueues, libFired], fireSchedules),
  barSchedule: script('bar_schedule', [libBase, libFired], barSchedule),
  advanceSchedules: script('advance_schedules', schedules, advanceSchedules),
  takeSchedules: script('take_schedules', schedules, takeSchedules),
  putSchedule: script('put_schedule', schedules, putSchedule),
  changeSchedule: script('change_schedule', schedules, changeSchedule),
  removeSchedule: script('remove_schedule', schedules, removeSchedule),
  getSchedule: script('get_schedule', schedules, getSchedule),
  listSchedules: script('list_schedules', schedules, listSchedules),
} as const

/**
 * Makes what stands in these libraries when a script first asks for `rest()`: making a function costs Redis time, and most
 * runs of a script need few.
 */
function onDemand(libraries: readonly string[]): readonly string[] {
  return [ON_DEMAND, ...libraries, 'end)()\nreturn made\nend']
}

function script(name: string, libraries: readonly string[], body: string): Script {
  const whole = compiled(name, [...libraries, body])
  if (!libraries.some((library) => APART.has(library))) return whole
  const own = libraries.map((library) => APART.get(library) ?? library)
  const news = libraries.includes(ON_DEMAND) ? "made and made.news() or ''" : 'news()'
  const apart = compiled(name, [...own, 'local function run()', body, 'end', `return { run(), ${news} }`])
  return { ...whole, apart }
}

function compiled(name: string, parts: readonly string[]): Script {
  const text = parts.map(withoutComments).join('\n')
  return { name, text, sha: createHash('sha1').update(text).digest('hex') }
}

/** Redis keeps the text of every script: the contracts are for readers. */
function withoutComments(text: string): string {
  return text.replace(/^\s*--.*\n/gm, '')
}
