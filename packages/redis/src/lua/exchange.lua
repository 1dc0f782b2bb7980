-- exchange: settles, notes starts and reports, then claims, in one queue.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { client, number, part, instance, settle, start, report, wanted or false, worker to join as or false,
--   channel, wake or false }
-- Returns: packed { settled, started, reported, registered, claimed, count, bytes, ended, held back, due, woken, watched,
--   now };
--   the first three a digit for each, count and bytes those of the first answer
local client, number, part, instance, outcomes, starts, reports, wanted, join, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))

-- { settled, started, reported, registered, claim, ids, bytes, ended, held back }
local answer = recall(client, part, number, 32)
local due = false
if not answer then
  load_all({ outcomes, starts, reports })
  local settled = each(outcomes, settle)
  local started = each(starts, start)
  local reported = each(reports, report)
  if join then call('HSET', HOLDERS, instance, join) end
  local worker = call('HGET', HOLDERS, instance)
  local registered = worker and worker ~= '' or false
  local ids, bytes, ended, held_back, claim = {}, 0, false, false, false
  if #freed > 0 then
    flush()
    offer_freed()
  end
  if wanted and registered then
    flush()
    claim = wanted[1]
    ids, bytes, ended, held_back = claim_jobs(instance, wanted)
  end
  flush()
  due = due_change()
  answer = { settled, started, reported, registered, claim, ids, bytes, ended, held_back }
  remember(client, part, number, 32, answer)
  if due then woken = true end
  if woken and wake then call('PUBLISH', channel, wake) end
else
  load_states(answer[6])
  due = due_now()
end

-- Those that are in this claim's hands.
local claimed = {}
for i = 1, #answer[6] do
  local id = answer[6][i]
  local state = states[id]
  if state and state[CLAIM] == answer[5] then claimed[#claimed + 1] = view(id, state) end
end
return cmsgpack.pack({
  answer[1], answer[2], answer[3], answer[4], claimed, #answer[6], answer[7], answer[8], answer[9],
  due, woken, call('EXISTS', Q .. 'watch') == 1, NOW,
})
