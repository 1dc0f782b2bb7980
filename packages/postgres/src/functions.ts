import acquireLocks from './sql/acquire_locks.sql'
import addError from './sql/add_error.sql'
import administer from './sql/administer.sql'
import admit from './sql/admit.sql'
import asJob from './sql/as_job.sql'
import cancel from './sql/cancel.sql'
import changeSchedule from './sql/change_schedule.sql'
import claim from './sql/claim.sql'
import cut from './sql/cut.sql'
import endRuns from './sql/end_runs.sql'
import enqueue from './sql/enqueue.sql'
import ensureLanes from './sql/ensure_lanes.sql'
import exchange from './sql/exchange.sql'
import extend from './sql/extend.sql'
import extendLocks from './sql/extend_locks.sql'
import finish from './sql/finish.sql'
import fireSchedules from './sql/fire_schedules.sql'
import foldCounts from './sql/fold_counts.sql'
import freeKey from './sql/free_key.sql'
import get from './sql/get.sql'
import getSchedule from './sql/get_schedule.sql'
import giveUpKeys from './sql/give_up_keys.sql'
import hasEnded from './sql/has_ended.sql'
import joinLine from './sql/join_line.sql'
import kept from './sql/kept.sql'
import knownIds from './sql/known_ids.sql'
import laneOf from './sql/lane_of.sql'
import lanesOf from './sql/lanes_of.sql'
import leaveLines from './sql/leave_lines.sql'
import letGo from './sql/let_go.sql'
import letGoAll from './sql/let_go_all.sql'
import line from './sql/line.sql'
import listBlocked from './sql/list_blocked.sql'
import listFinished from './sql/list_finished.sql'
import listLocks from './sql/list_locks.sql'
import listQueued from './sql/list_queued.sql'
import listQueues from './sql/list_queues.sql'
import listRunning from './sql/list_running.sql'
import listScheduled from './sql/list_scheduled.sql'
import listSchedules from './sql/list_schedules.sql'
import listUnserved from './sql/list_unserved.sql'
import listWorkers from './sql/list_workers.sql'
import lockUp from './sql/lock_up.sql'
import makeDue from './sql/make_due.sql'
import nextFences from './sql/next_fences.sql'
import nextRevision from './sql/next_revision.sql'
import noteReports from './sql/note_reports.sql'
import noteStarts from './sql/note_starts.sql'
import nowMs from './sql/now_ms.sql'
import offer from './sql/offer.sql'
import ownerOfRun from './sql/owner_of_run.sql'
import pickAdmitted from './sql/pick_admitted.sql'
import pickLane from './sql/pick_lane.sql'
import pickLanes from './sql/pick_lanes.sql'
import promote from './sql/promote.sql'
import prune from './sql/prune.sql'
import pruneFinished from './sql/prune_finished.sql'
import put from './sql/put.sql'
import putJson from './sql/put_json.sql'
import putUnique from './sql/put_unique.sql'
import ranges from './sql/ranges.sql'
import recover from './sql/recover.sql'
import recoverJob from './sql/recover_job.sql'
import register from './sql/register.sql'
import releaseLocks from './sql/release_locks.sql'
import remove from './sql/remove.sql'
import removeSchedule from './sql/remove_schedule.sql'
import replaceWaiting from './sql/replace_waiting.sql'
import retry from './sql/retry.sql'
import seizeLocks from './sql/seize_locks.sql'
import setPaused from './sql/set_paused.sql'
import settleCompleted from './sql/settle_completed.sql'
import settleOthers from './sql/settle_others.sql'
import shelves from './sql/shelves.sql'
import showSchedule from './sql/show_schedule.sql'
import take from './sql/take.sql'
import takeSchedules from './sql/take_schedules.sql'
import takeWaiting from './sql/take_waiting.sql'
import tellTurns from './sql/tell_turns.sql'
import tendLocks from './sql/tend_locks.sql'
import unregister from './sql/unregister.sql'
import upsertSchedule from './sql/upsert_schedule.sql'
import watch from './sql/watch.sql'
import withKnown from './sql/with_known.sql'

/** Every function of the schema. In any order: their bodies are not checked before they run. */
export const FUNCTIONS: readonly string[] = [
  acquireLocks,
  addError,
  administer,
  admit,
  asJob,
  cancel,
  changeSchedule,
  claim,
  cut,
  endRuns,
  enqueue,
  ensureLanes,
  exchange,
  extend,
  extendLocks,
  finish,
  fireSchedules,
  foldCounts,
  freeKey,
  get,
  getSchedule,
  giveUpKeys,
  hasEnded,
  joinLine,
  kept,
  knownIds,
  laneOf,
  lanesOf,
  leaveLines,
  letGo,
  letGoAll,
  line,
  listBlocked,
  listFinished,
  listLocks,
  listQueued,
  listQueues,
  listRunning,
  listScheduled,
  listSchedules,
  listUnserved,
  listWorkers,
  lockUp,
  makeDue,
  nextRevision,
  nextFences,
  noteReports,
  noteStarts,
  nowMs,
  offer,
  ownerOfRun,
  pickAdmitted,
  pickLane,
  pickLanes,
  promote,
  prune,
  pruneFinished,
  put,
  putJson,
  putUnique,
  ranges,
  recover,
  recoverJob,
  register,
  releaseLocks,
  remove,
  removeSchedule,
  replaceWaiting,
  retry,
  seizeLocks,
  setPaused,
  settleCompleted,
  settleOthers,
  shelves,
  showSchedule,
  take,
  takeSchedules,
  takeWaiting,
  tellTurns,
  tendLocks,
  unregister,
  upsertSchedule,
  watch,
  withKnown,
]
