-- unlist_run: on a cluster, a run that was about to hold locks got none.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { id, who had asked }
-- Returns: packed {}
local id, asker = unpack(cmsgpack.unpack(ARGV[1]))
local state = state_of(id)
-- Else the run has ended, or another has asked since and may have got some.
if state and state[ASKER] == asker then
  -- What comes to the locks too late is nobody's by this number.
  state[LOCKED], state[ASK], state[ASKER] = false, state[ASK] + 1, false
  changed[id] = true
  flush()
end
return cmsgpack.pack({})
