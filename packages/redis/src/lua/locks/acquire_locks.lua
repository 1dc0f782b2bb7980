-- acquire_locks: all of these keys for an owner, or none.
-- KEYS[1]: the tag of the queue of the run that asks, else of what concerns no single queue; KEYS[2]: the latter
-- ARGV[1]: packed { acquisition, owner, keys, ttl in ms, fence { id, run, claim } or false }
-- Returns: packed { 'acquired' | 'held' (by another owner) | 'lost' (the run is no longer its worker's), locks }, see list_locks
local acquisition, owner, keys, ttl, run = unpack(cmsgpack.unpack(ARGV[1]))

local own = {}
local function acquire()
  if run then
    local state = state_of(run[1])
    if not state or state[CLAIM] ~= run[3] or state[RUN] ~= run[2] then return 'lost' end
    own = keys_of(body_of(run[1]), state)
    if state[LOCKED] ~= ACQUIRED then
      state[LOCKED] = ACQUIRED
      changed[run[1]] = true
    end
  end
  for i = 1, #keys do
    local by = holder_of(keys[i])
    if by and by ~= owner then return 'held' end
  end
  for i = 1, #keys do give(keys[i], owner, acquisition, run and 0 or NOW + ttl) end
  flush()
  store_locks()
  return 'acquired'
end

local outcome = acquire()
return cmsgpack.pack({ outcome, outcome == 'acquired' and list_owned(owner, own) or {} })
