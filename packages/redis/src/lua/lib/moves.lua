-- The moves of a job between its states. Every move takes it from where it stood, out of the hands that held it, and out of
-- the lines of its locks.

local function lane_key(id)
  return Q .. 'lane:' .. spec_of(id).lane
end

-- The set that a job stands in, with its place in line or the time by which its state is ordered as the score.
local function set_of(id, state)
  local at = state[STATE]
  if at == 'q' then return lane_key(id) end
  if at == 'b' then return Q .. 'blocked' end
  if at == 's' then return SCHEDULED end
  if at == 'r' then return Q .. 'run:' .. state[HOLDER] end
  if at == 'v' then return Q .. 'held:' .. state[HOLDER] end
  return Q .. 'shelf:' .. at .. ':' .. state[SHELF]
end

local function leave(id, state)
  if state[LOCKED] then leave_locks(id, state) end
  remove(set_of(id, state), id)
  state[CLAIM] = false
  state[HOLDER] = false
  changed[id] = true
end

-- Into its line where it is due, else to wait for its time.
local function place(id, state, due)
  leave(id, state)
  state[DUE] = due
  if due <= NOW then
    local spec = spec_of(id)
    state[STATE] = 'q'
    queue_up(id, spec.priority * RANK + next_order(), spec.lane)
  else
    state[STATE] = 's'
    schedule(id, due)
  end
end

-- Back to its own place, or to the place it has behind another rank. unrun: its handler was not called.
local function restore(id, state, rank, unrun)
  local keys = unrun and state[LOCKED] and own_keys(id, state) or {}
  local at = score_of(set_of(id, state), id)
  leave(id, state)
  state[STATE] = 'q'
  queue_up(id, rank and rank * RANK + at % RANK or at, spec_of(id).lane)
  if #keys > 0 then begin_anew(id, state, keys) end
end

-- It runs, or is reserved and holds locks, which nobody else may have before its worker has settled it.
local function may_have_begun(state)
  return state[STATE] == 'r' or state[STATE] == 'v' and state[LOCKED]
end

local function scope(id, key)
  return Q .. 'unique:' .. spec_of(id).task .. '\0' .. key
end

-- Gives the key to this job, whoever had it.
local function take_key(id, holding, window, key)
  if holding ~= 'w' then
    call('SET', scope(id, key), id)
  elseif tonumber(window) > 0 then
    call('SET', scope(id, key), id, 'PX', window)
  end
end

-- The job gives its key up, where it has it and no window holds it.
local function free_key(id)
  local _, _, key = special_of(body_of(id))
  if not key or key == '-' then return end
  local name = scope(id, key)
  if call('GET', name) == id and call('PTTL', name) == -1 then call('DEL', name) end
end

local function erase(id, state)
  leave(id, state)
  if state[SPECIAL] then
    free_key(id)
    if head_of(body_of(id)) == '0' then call('HDEL', SPECS, '=' .. id) end
  end
  if state[DETAILED] then call('HDEL', DETAILS, id) end
  states[id] = false
  bodies[id] = false
  texts[id] = false
  changed[id] = nil
  erased[#erased + 1] = id
end

local function finish(id, state, word, keep)
  if keep <= 0 or state[REMOVED] then return erase(id, state) end
  leave(id, state)
  if state[SPECIAL] then free_key(id) end
  state[STATE] = word
  state[FINISHED] = NOW
  state[SHELF] = keep
  state[CANCEL] = false
  add(shelf_of(word, keep), NOW, id)
end
