-- admit_jobs: on a cluster, whether jobs may run: they get their locks then, else they stand in line.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { client, number, part, tag of the queue, its name, asks }; an ask is { id, number, owner, priority, due,
--   place in line, '?' (not known) or false (none), turns that it had there, keys }
-- Returns: packed { verdicts }: for each { id, number, true (it may run), its place or false (the ask comes too late), turns }
local client, number, part, tag, name, asks = unpack(cmsgpack.unpack(ARGV[1]))

-- Whether these are the same keys, in whatever order.
local function same(keys, others)
  local known = {}
  for i = 1, #keys do known[keys[i]] = true end
  for i = 1, #others do
    if not known[others[i]] then return false end
  end
  return #keys == #others
end

-- Its wait, where that is still what its queue knows of.
local function current_wait(job, place, keys)
  local there, wait = place_of(job)
  if not wait then return nil end
  if (place == '?' or place == there) and same(wait[6], keys) then return there, wait end
  end_wait(job, there)
  return nil
end

local function admit(ask)
  local id, count, owner, priority, due, known, known_turns, keys = unpack(ask)
  local job = tag .. id
  local run, _, before = run_of(job), place_of(job)
  if run and run[1] == count then return true, 0 end
  if run and run[1] > count or before and before[7] > count then return false, 0 end
  -- A run that its queue knows no more of.
  if run then end_run(job, run) end
  local place, wait = current_wait(job, known, keys)
  if not place and known and known ~= '?' then place = known end
  if may_run(keys, priority, place, due) then
    if wait then end_wait(job, place) end
    note_run(job, { count, owner, tag, id, name, priority, due, keys })
    give_own(owner, keys)
    return true, 0
  end
  place = place or new_place(due, 1)
  local turns = wait and wait[8] or known_turns
  call('ZREM', LK .. 'turns', place)
  stand(job, place, { tag, name, id, false, priority, keys, count, turns })
  return place, turns
end

local verdicts = recall(client, part, number, 32)
if not verdicts then
  verdicts = {}
  for i = 1, #asks do
    local answer, turns = admit(asks[i])
    verdicts[i] = { asks[i][1], asks[i][2], answer, turns }
  end
  offer_freed()
  store_locks()
  remember(client, part, number, 32, verdicts)
end
return cmsgpack.pack({ verdicts })
