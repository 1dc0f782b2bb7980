-- Whether a job's locks let it run now, see lib/locks.lua. One that must wait for them is blocked: out of every claim's way.

-- Reads what is known of all these keys at once.
local function look_up(keys)
  read_holds(keys)
  read_lined(keys)
end

local function block(id, state, keys, name, at, lane_name)
  local spec = spec_of(id)
  if not state[LOCKED] then
    state[LOCKED] = new_place(due_of(id, state), 1)
    call('HSET', LK .. 'waits', state[LOCKED], cmsgpack.pack({ Q, name, id, spec.lane, spec.priority, keys }))
  end
  call('ZREM', LK .. 'turns', state[LOCKED])
  stand_in_lines(keys, spec.priority, state[LOCKED])
  remove(lane_name, id)
  state[STATE] = 'b'
  add(Q .. 'blocked', at, id)
  changed[id] = true
end

-- Whether nobody holds any of these keys, nor stands in their lines.
local function nobody_at(keys)
  for i = 1, #keys do
    if holds[keys[i]] ~= false or lined[keys[i]] ~= false then return false end
  end
  return true
end

-- 'runs', or 'blocked': then it waits from here on.
local function admit(id, keys, at, lane_name, wanted)
  if nobody_at(keys) then return 'runs' end
  local state = unpacked(id)
  if may_run(keys, spec_of(id).priority, state and state[LOCKED], due_of(id, state)) then return 'runs' end
  block(id, waiting_state(id), keys, wanted[8], at, lane_name)
  return 'blocked'
end

-- Its locks are this run's: called as it is taken. state: false where it has only been enqueued.
local function take_locks(id, state, keys)
  if state and state[LOCKED] then
    local kept = #freed
    leave_lines(state[LOCKED])
    for i = #freed, kept + 1, -1 do freed[i] = nil end
  end
  if state then state[LOCKED] = true end
  give_own(owner_of(id, state and state[RUN] or 1), keys)
end
