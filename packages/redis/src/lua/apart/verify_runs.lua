-- verify_runs: on a cluster, whether runs that hold locks go on. An ask that nobody took up in all that time ends here.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { { id, number of the ask }, ... }
-- Returns: packed { a digit for each: 0 it has ended, 1 it goes on }
local runs = cmsgpack.unpack(ARGV[1])
local ids, verdicts = {}, {}
for i = 1, #runs do ids[i] = runs[i][1] end
load_states(ids)
for i = 1, #runs do
  local id, ask = unpack(runs[i])
  local state = states[id]
  verdicts[i] = '0'
  if state and state[ASK] == ask then
    if state[HOLDER] then
      verdicts[i] = '1'
    elseif state[ASKER] then
      state[ASK], state[ASKER] = ask + 1, false
      changed[id] = true
    end
  end
end
flush()
return cmsgpack.pack({ table.concat(verdicts) })
