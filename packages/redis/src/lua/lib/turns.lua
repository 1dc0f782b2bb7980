-- Where locks and queues are on one server: what one does to the other is done at once.

-- Called as a job leaves its place or its claimant's hands.
function leave_locks(id, state)
  if state[HOLDER] then
    release_owner(owner_of(id, state[RUN]), own_keys(id, state), state[LOCKED] == ACQUIRED)
  else
    leave_lines(state[LOCKED])
  end
  state[LOCKED] = false
end

-- Those keys of a run that are its job's own.
function own_keys(id, state)
  return keys_of(body_of(id), state)
end

-- Runs have ended that had no more than their own locks. as: the LOCKS of them all.
function release_runs(ids, as)
  local found = fields_of(JOBS, ids)
  for i = 1, #ids do
    local own = keys_of(found[i], { [LOCKS] = as })
    release_owner(nil, own, false)
  end
end

-- What this script's queue is called. On its own it is only known escaped, behind the prefix.
local function queue_name()
  return (string.gsub(string.sub(Q, #KEYS[2], -3), '%%(%x%x)', { ['25'] = '%', ['7D'] = '}' }))
end

-- It held these locks and did not run: it has its turn again, before all of its priority and due time.
function begin_anew(id, state, keys)
  local spec = spec_of(id)
  state[LOCKED] = new_place(due_of(id, state), -1)
  call('HSET', LK .. 'waits', state[LOCKED], cmsgpack.pack({ Q, queue_name(), id, spec.lane, spec.priority, keys }))
  call('ZADD', LK .. 'turns', NOW, state[LOCKED])
  stand_in_lines(keys, spec.priority, state[LOCKED])
end

-- A job's turn has come: it is queued again, ahead of the rest, in whatever queue.
function begin_turn(place, wait)
  local queue, name, id, lane = wait[1], wait[2], wait[3], wait[4]
  call('ZADD', LK .. 'turns', NOW, place)
  local state = cmsgpack.unpack(call('HGET', queue .. 'states', id))
  local at = call('ZSCORE', queue .. 'blocked', id)
  state[STATE] = 'q'
  call('HSET', queue .. 'states', id, cmsgpack.pack(state))
  call('ZREM', queue .. 'blocked', id)
  call('ZADD', queue .. 'lane:' .. lane, RECOVERED * RANK + at % RANK, id)
  call('SADD', queue .. 'lanes', lane)
  if queue == Q then states[id], texts[id] = state, cmsgpack.pack(state) end
  begun[#begun + 1] = { place, name }
end
