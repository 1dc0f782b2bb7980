-- exchange: settles, notes starts and reports, then claims, in one queue.
-- KEYS[1]: the queue's tag; KEYS[2]: that of what concerns no single queue, where that is on the same node
-- ARGV[1]: packed { client, number, part, instance, settle, start, report, wanted or false, worker to join as or false,
--   channel, wake or false, channel on which it hears what it is handed or false, whether it may not have heard of some }
-- Returns: packed { settled, started, reported, worker, claimed, count, bytes, ended, held back, due, woken, watched, next due,
--   asks, waits, unheard }; the first three a digit for each; worker: its id, false where the queue does not know it; claimed: see
--   lib/tell.lua; count and bytes those of the first answer; next due: ms until the next job of any queue is due, or false, -1: not
--   known here; asks: see lib/ask.lua; waits: the worker waits now; unheard: jobs that it was handed, see lib/wait.lua
local client, number, part, instance, outcomes, starts, reports, wanted, join, channel, wake, ear, unheard =
  unpack(cmsgpack.unpack(ARGV[1]))

-- { settled, started, reported, worker's id or false, claim, ids, bytes, ended, held back, asks, waits, handed or false }
local answer = recall(client, part, number, 32)
local due = false
if not answer then
  local settled = settle_all(outcomes)
  local started, reported = '', ''
  if #starts > 0 or #reports > 0 then started, reported = rest().note(starts, reports) end
  if join then call('HSET', HOLDERS, instance, join) end
  local worker = join or call('HGET', HOLDERS, instance)
  if worker == '' then worker = false end
  local ids, bytes, ended, held_back, claim, asks, waits, handed = {}, 0, false, false, false, {}, false, false
  if made then made.hand_on() end
  if wanted and worker then
    flush()
    claim = wanted[1]
    if unheard then handed = end_waiting(instance) end
    if handed then
      load_texts(handed[2])
      load_bodies(handed[2])
      wanted[3], wanted[4] = wanted[3] - #handed[2], wanted[4] - #handed[2]
    end
    ids, bytes, ended, held_back = claim_jobs(instance, wanted)
    if made then asks = made.ask_ahead(instance, wanted, ids, bytes) end
    if ear then
      local free = math.min(wanted[3], wanted[4]) - #ids
      waits = free > 0 and not ended and not held_back
      if waits then begin_waiting(instance, { claim, wanted[2], free, wanted[8], ear, worker }) end
      ended = ended or handed and true
    end
  end
  flush()
  if made then made.tell_turns() end
  due = due_change()
  answer = { settled, started, reported, worker, claim, ids, bytes, ended, held_back, asks, waits, handed }
  remember(client, part, number, 32, answer)
  if due then woken = true end
  if woken and wake then call('PUBLISH', channel, wake) end
else
  load_texts(answer[6])
  load_bodies(answer[6])
  if answer[12] then
    load_texts(answer[12][2])
    load_bodies(answer[12][2])
  end
  due = due_now()
end

local next_due, watched = outlook()
local handed = answer[12]
return cmsgpack.pack({
  answer[1], answer[2], answer[3], answer[4], tell(answer[6], answer[5]), #answer[6], answer[7], answer[8], answer[9],
  due, woken, watched, next_due, answer[10], answer[11], handed and tell(handed[2], handed[1]) or {},
})
