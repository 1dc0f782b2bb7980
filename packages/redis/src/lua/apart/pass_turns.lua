-- pass_turns: on a cluster, turns that no claim took pass on, and jobs were seen by their queues.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { turns: { job, place, turns }, jobs that were seen }
-- Returns: packed {}
local turns, seen = unpack(cmsgpack.unpack(ARGV[1]))
for _, turn in ipairs(turns) do
  local job, place, count = unpack(turn)
  local wait = wait_of(place)
  -- Its queue knows the job's place; the next claim that meets it brings it along.
  if wait and wait[8] == count and call('ZSCORE', LK .. 'turns', place) then end_wait(job, place) end
end
for _, job in ipairs(seen) do call('ZADD', SEEN, 'XX', NOW, job) end
offer_freed()
store_locks()
return cmsgpack.pack({})
