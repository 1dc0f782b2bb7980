-- acquire_locks: all of these keys for an owner, or none.
-- KEYS[1]: the tag of the queue of the run that asks, else of what concerns no single queue; KEYS[2]: the latter
-- ARGV[1]: packed { acquisition, owner, keys, ttl in ms, fence { id, run, claim } or false }
-- Returns: packed { 'acquired' | 'held' (by another owner) | 'lost' (the run is no longer its worker's), locks }; a lock is
--   { key, owner, fence, end in ms or false }
local acquisition, owner, keys, ttl, run = unpack(cmsgpack.unpack(ARGV[1]))

local function acquire()
  if run then
    local state = state_of(run[1])
    if not state or state[CLAIM] ~= run[3] or state[RUN] ~= run[2] then return 'lost' end
    if not state[LOCKED] then
      state[LOCKED] = owner
      changed[run[1]] = true
    end
  end
  for i = 1, #keys do
    local lives, by = held(keys[i])
    if lives and by ~= owner then return 'held' end
  end
  for i = 1, #keys do give(keys[i], owner, acquisition, run and 0 or NOW + ttl) end
  flush()
  return 'acquired'
end

local outcome = acquire()
return cmsgpack.pack({ outcome, outcome == 'acquired' and list_locks(owner, false, 1000000, '') or {} })
