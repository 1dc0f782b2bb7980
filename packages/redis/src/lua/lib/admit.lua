-- Whether a job's locks let it run now, see lib/locks.lua. One that must wait for them is blocked: out of every claim's way.

-- The id as others write it.
local function uuid_of(id, suffix)
  local hex = string.gsub(id, '.', function(byte) return string.format('%02x', string.byte(byte)) end)
  return string.sub(hex, 1, 8) .. '-' .. string.sub(hex, 9, 12) .. '-' .. string.sub(hex, 13, 16) .. '-'
    .. string.sub(hex, 17, 20) .. '-' .. string.sub(hex, 21) .. suffix
end

local function block(id, state, keys, name, at, lane_name)
  local spec = spec_of(id)
  if not state[LOCKED] then
    state[LOCKED] = string.format('%015.0f%015.0f', state[DUE], call('INCR', LK .. 'joined'))
    call('HSET', LK .. 'waits', state[LOCKED], cmsgpack.pack({ Q, name, id, spec.lane, spec.priority, keys }))
  end
  call('ZREM', LK .. 'turns', state[LOCKED])
  for i = 1, #keys do call('ZADD', LK .. 'line:' .. keys[i], spec.priority, state[LOCKED]) end
  remove(lane_name, id)
  state[STATE] = 'b'
  state[PLACE] = at
  add(Q .. 'blocked', at, id)
  changed[id] = true
end

-- Its locks are its next run's: called as it is taken.
local function take_locks(id, state, keys, suffix)
  if state[LOCKED] then
    local kept = #freed
    leave_lines(state[LOCKED])
    for i = #freed, kept + 1, -1 do freed[i] = nil end
  end
  state[LOCKED] = 'job:' .. uuid_of(id, suffix) .. ':' .. state[RUN]
  for i = 1, #keys do give(keys[i], state[LOCKED], 'run', 0) end
end
