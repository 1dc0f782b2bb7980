-- On a cluster, where locks and queues are on different nodes: what a script cannot do itself is gathered here, and done by its
-- caller before the answer counts (src/apart). A job is known to the locks by its queue's tag and its id, and by the number of
-- the latest ask: what a claim, and nobody after it, asked of the locks. A lower number than what is known comes too late.

-- More places of a job's state. ASK: the number of the latest ask; ASKER: { claim, instance, time } of one under way; TURNS: how
-- many turns, at its place in line, it was told of. LOCKED is its place there; '?' from the first ask on, until that is known;
-- 'run' where its run may hold locks.
local ASK, ASKER, TURNS = 19, 20, 21

-- Turns that began here, for their queues: { tag, id, place, turns, ask, name of the queue }.
local begun = {}
-- Jobs of this queue that are out of their lines and have given up their locks: { job, up to which number, whether they did not
-- run }.
local left = {}

function begin_turn(place, wait)
  wait[8] = wait[8] + 1
  call('HSET', LK .. 'waits', place, cmsgpack.pack(wait))
  call('ZADD', LK .. 'turns', NOW, place)
  begun[#begun + 1] = { wait[1], wait[3], place, wait[8], wait[7], wait[2] }
end

-- Whatever an ask under way is answered comes too late; so does a turn that its worker, who gave it back, let begin anew.
function leave_locks(id, state)
  state[LOCKED], state[ASK], state[ASKER] = false, state[ASK] + 1, false
  left[#left + 1] = { Q .. id, state[ASK], false }
end

function own_keys(id, state)
  return keys_of(body_of(id), state)
end

-- Called after `leave_locks`: the locks know a place for it, before all others.
function begin_anew(_, state)
  left[#left][2], left[#left][3] = state[ASK] - 1, true
  state[LOCKED], state[TURNS] = '?', 0
end

-- What is left to do elsewhere; '' where there is nothing.
function news()
  return #begun + #left > 0 and cmsgpack.pack({ begun, left }) or ''
end
