-- hold_locks: on a cluster, acquire_locks of a run that its queue knows of.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { acquisition, owner, keys, tag of the queue, id, number of the ask }
-- Returns: packed { 'acquired' | 'held' (by another owner) | 'lost' (of an ask that comes too late), locks }, see list_locks
local acquisition, owner, keys, tag, id, ask = unpack(cmsgpack.unpack(ARGV[1]))
local job = tag .. id

local function hold()
  local run = run_of(job)
  if run and run[1] > ask then return 'lost' end
  for i = 1, #keys do
    local by = holder_of(keys[i])
    if by and by ~= owner then return 'held' end
  end
  if run and run[1] < ask then end_run(job, run) end
  if not run or run[1] < ask then note_run(job, { ask, owner, tag, id }) end
  for i = 1, #keys do give(keys[i], owner, acquisition, 0) end
  offer_freed()
  store_locks()
  return 'acquired'
end

local outcome = hold()
return cmsgpack.pack({ outcome, outcome == 'acquired' and list_owned(owner, (run_of(job) or {})[8] or {}) or {} })
