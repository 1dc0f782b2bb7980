-- blocked_jobs: on a cluster, some of the jobs of a queue that wait for locks.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { how many to pass over, at most so many }
-- Returns: packed { { id, place in the lines, how many turns it had there, number of its ask }, ... }
local from, limit = unpack(cmsgpack.unpack(ARGV[1]))
local ids = call('ZRANGE', Q .. 'blocked', from, from + limit - 1)
load_states(ids)
local rows = {}
for i = 1, #ids do
  local state = states[ids[i]]
  rows[i] = { ids[i], state[LOCKED], state[TURNS], state[ASK] }
end
return cmsgpack.pack({ rows })
