-- enlist_run: on a cluster, a run is about to hold locks, or does.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { fence { id, run, claim }, who asks, or false: it does hold some }
-- Returns: packed { number by which the locks know it, or false: the run is no longer its worker's; whether it holds none yet:
--   should it get none, unlist_run is to be told }
local fence, asker = unpack(cmsgpack.unpack(ARGV[1]))
local id, run, claim = unpack(fence)
local state = state_of(id)
if not state or state[CLAIM] ~= claim or state[RUN] ~= run then return cmsgpack.pack({ false, false }) end
if not state[LOCKED] then
  state[LOCKED], state[ASK], state[ASKER], state[TURNS] = 'run', (state[ASK] or 0) + 1, asker, 0
  changed[id] = true
elseif state[ASKER] and state[ASKER] ~= asker then
  -- Of several who ask at once none can tell that the others got none.
  state[ASKER] = false
  changed[id] = true
end
flush()
return cmsgpack.pack({ state[ASK], state[ASKER] and true or false })
