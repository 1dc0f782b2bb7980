import administer from './sql/admin/administer.sql'
import cancel from './sql/admin/cancel.sql'
import makeDue from './sql/admin/make_due.sql'
import remove from './sql/admin/remove.sql'
import retry from './sql/admin/retry.sql'
import setPaused from './sql/admin/set_paused.sql'
import addError from './sql/base/add_error.sql'
import asJob from './sql/base/as_job.sql'
import ensureLanes from './sql/base/ensure_lanes.sql'
import finish from './sql/base/finish.sql'
import freeKey from './sql/base/free_key.sql'
import hasEnded from './sql/base/has_ended.sql'
import joinLine from './sql/base/join_line.sql'
import kept from './sql/base/kept.sql'
import knownIds from './sql/base/known_ids.sql'
import laneOf from './sql/base/lane_of.sql'
import lanesOf from './sql/base/lanes_of.sql'
import line from './sql/base/line.sql'
import nowMs from './sql/base/now_ms.sql'
import ownerOfRun from './sql/base/owner_of_run.sql'
import takeWaiting from './sql/base/take_waiting.sql'
import withKnown from './sql/base/with_known.sql'
import claim from './sql/claimer/claim.sql'
import exchange from './sql/claimer/exchange.sql'
import extend from './sql/claimer/extend.sql'
import giveUpKeys from './sql/claimer/give_up_keys.sql'
import letGo from './sql/claimer/let_go.sql'
import letGoAll from './sql/claimer/let_go_all.sql'
import noteReports from './sql/claimer/note_reports.sql'
import noteStarts from './sql/claimer/note_starts.sql'
import pickAdmitted from './sql/claimer/pick_admitted.sql'
import pickLane from './sql/claimer/pick_lane.sql'
import pickLanes from './sql/claimer/pick_lanes.sql'
import ranges from './sql/claimer/ranges.sql'
import register from './sql/claimer/register.sql'
import settleCompleted from './sql/claimer/settle_completed.sql'
import settleOthers from './sql/claimer/settle_others.sql'
import take from './sql/claimer/take.sql'
import unregister from './sql/claimer/unregister.sql'
import foldCounts from './sql/keeper/fold_counts.sql'
import promote from './sql/keeper/promote.sql'
import prune from './sql/keeper/prune.sql'
import pruneFinished from './sql/keeper/prune_finished.sql'
import recover from './sql/keeper/recover.sql'
import recoverJob from './sql/keeper/recover_job.sql'
import shelves from './sql/keeper/shelves.sql'
import acquireLocks from './sql/locks/acquire_locks.sql'
import admit from './sql/locks/admit.sql'
import cut from './sql/locks/cut.sql'
import endRuns from './sql/locks/end_runs.sql'
import extendLocks from './sql/locks/extend_locks.sql'
import leaveLines from './sql/locks/leave_lines.sql'
import listLocks from './sql/locks/list_locks.sql'
import lockUp from './sql/locks/lock_up.sql'
import nextFences from './sql/locks/next_fences.sql'
import offer from './sql/locks/offer.sql'
import releaseLocks from './sql/locks/release_locks.sql'
import seizeLocks from './sql/locks/seize_locks.sql'
import tellTurns from './sql/locks/tell_turns.sql'
import tendLocks from './sql/locks/tend_locks.sql'
import get from './sql/query/get.sql'
import listBlocked from './sql/query/list_blocked.sql'
import listFinished from './sql/query/list_finished.sql'
import listQueued from './sql/query/list_queued.sql'
import listQueues from './sql/query/list_queues.sql'
import listRunning from './sql/query/list_running.sql'
import listScheduled from './sql/query/list_scheduled.sql'
import listUnserved from './sql/query/list_unserved.sql'
import listWorkers from './sql/query/list_workers.sql'
import changeSchedule from './sql/schedules/change_schedule.sql'
import fireSchedules from './sql/schedules/fire_schedules.sql'
import getSchedule from './sql/schedules/get_schedule.sql'
import listSchedules from './sql/schedules/list_schedules.sql'
import nextRevision from './sql/schedules/next_revision.sql'
import removeSchedule from './sql/schedules/remove_schedule.sql'
import showSchedule from './sql/schedules/show_schedule.sql'
import takeSchedules from './sql/schedules/take_schedules.sql'
import upsertSchedule from './sql/schedules/upsert_schedule.sql'
import watch from './sql/signals/watch.sql'
import enqueue from './sql/writer/enqueue.sql'
import put from './sql/writer/put.sql'
import putJson from './sql/writer/put_json.sql'
import putUnique from './sql/writer/put_unique.sql'
import replaceWaiting from './sql/writer/replace_waiting.sql'

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
