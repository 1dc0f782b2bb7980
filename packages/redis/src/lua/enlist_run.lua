-- enlist_run: on a cluster, a run is about to hold locks.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { id, run, claim }
-- Returns: packed { number by which the locks know it, or false: the run is no longer its worker's }
local id, run, claim = unpack(cmsgpack.unpack(ARGV[1]))
local state = state_of(id)
if not state or state[CLAIM] ~= claim or state[RUN] ~= run then return cmsgpack.pack({ false }) end
if not state[LOCKED] then
  state[LOCKED], state[ASK], state[ASKER], state[TURNS] = 'run', (state[ASK] or 0) + 1, false, 0
  changed[id] = true
  flush()
end
return cmsgpack.pack({ state[ASK] })
