-- leave_jobs: on a cluster, jobs are out of their lines and give up their locks, as far as they had asked for them.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { { job, number of the ask, whether its run gives them up unrun: it has its turn again, before all others }, ... }
-- Returns: packed {}

-- By the number that its queue counts up to with this: what is still under way about the run that was comes too late.
local function stand_anew(job, run, ask, keys)
  local _, _, tag, id, name, priority, due = unpack(run)
  local place = new_place(due, -1)
  stand(job, place, { tag, name, id, false, priority, keys, ask + 1, 1 })
  call('ZADD', LK .. 'turns', NOW, place)
end

for _, party in ipairs(cmsgpack.unpack(ARGV[1])) do
  local job, ask, unrun = unpack(party)
  local run = run_of(job)
  if run and run[1] <= ask then
    local keys = unrun and run[8] or {}
    end_run(job, run)
    if #keys > 0 then stand_anew(job, run, ask, keys) end
  end
  local place, wait = place_of(job)
  if wait and wait[7] <= ask and not unrun then end_wait(job, place) end
end
offer_freed()
store_locks()
return cmsgpack.pack({})
