-- begin_turns: on a cluster, the turn of jobs has come: they are queued again, ahead of the rest.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { turns: { id, place in the lines, how many turns it had there }, channel, message that wakes }
-- Returns: packed { a digit for each: 0 it does not wait there any more, 1 it was told, now or before }
local turns, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))
local ids = {}
for i = 1, #turns do ids[i] = turns[i][1] end
load_states(ids)

local function tell(turn)
  local id, place, count = unpack(turn)
  local state = states[id]
  local at = state and state[STATE]
  if at ~= 'b' and at ~= 'q' or state[LOCKED] ~= place and state[LOCKED] ~= '?' then return '0' end
  if state[LOCKED] == place and state[TURNS] >= count then return '1' end
  state[LOCKED], state[TURNS] = place, count
  changed[id] = true
  -- One that is queued has been asked for, or had a turn that passed on.
  if at == 'b' then
    local waits_at = score_of(Q .. 'blocked', id)
    remove(Q .. 'blocked', id)
    state[STATE] = 'q'
    queue_up(id, RECOVERED * RANK + waits_at % RANK, spec_of(id).lane)
  end
  return '1'
end

local verdicts = {}
for i = 1, #turns do verdicts[i] = tell(turns[i]) end
flush()
if woken then call('PUBLISH', channel, wake) end
return cmsgpack.pack({ table.concat(verdicts) })
