-- The moves of a job between its states. Every move takes it from where it stood, out of the hands that held it, and out of
-- the lines of its locks.

-- Jobs came to where they can be claimed.
local woken = false

local function lane_key(id)
  return Q .. 'lane:' .. spec_of(id).lane
end

local function leave(id, state)
  local at = state[STATE]
  if state[LOCKED] then
    if state[HOLDER] then release_owner(state[LOCKED]) else leave_lines(state[LOCKED]) end
    state[LOCKED] = false
  end
  if at == 'q' then
    remove(lane_key(id), id)
  elseif at == 'b' then
    remove(Q .. 'blocked', id)
  elseif at == 's' then
    remove(SCHEDULED, id)
  elseif at == 'r' then
    remove(Q .. 'run:' .. state[HOLDER], id)
  elseif at == 'v' then
    remove(Q .. 'held:' .. state[HOLDER], id)
  else
    remove(Q .. 'shelf:' .. at .. ':' .. state[SHELF], id)
  end
  state[CLAIM] = false
  state[HOLDER] = false
  changed[id] = true
end

local known_lanes = {}
local function queue_up(id, place, lane)
  if not known_lanes[lane] then
    call('SADD', LANES, lane)
    known_lanes[lane] = true
  end
  add(Q .. 'lane:' .. lane, place, id)
  woken = true
end

-- Scheduled jobs of one millisecond become due in the order in which they came: the fraction tells it, up to 4,096 of them.
local same_due = {}
local function schedule(id, due)
  if not same_due[due] then same_due[due] = call('ZCOUNT', SCHEDULED, due, '(' .. string.format('%.0f', due + 1)) end
  add(SCHEDULED, due + math.min(same_due[due], 4095) / 4096, id)
  same_due[due] = same_due[due] + 1
end

-- Into its line where it is due, else to wait for its time.
local function place(id, state, due)
  leave(id, state)
  state[DUE] = due
  if due <= NOW then
    local spec = spec_of(id)
    state[STATE] = 'q'
    state[PLACE] = spec.priority * RANK + next_order()
    queue_up(id, state[PLACE], spec.lane)
  else
    state[STATE] = 's'
    state[PLACE] = false
    schedule(id, due)
  end
end

-- Back to its own place, or to the place it has behind another rank.
local function restore(id, state, rank)
  leave(id, state)
  if rank then state[PLACE] = rank * RANK + state[PLACE] % RANK end
  state[STATE] = 'q'
  queue_up(id, state[PLACE], spec_of(id).lane)
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
    if string.sub(body_of(id), 1, 2) == '0 ' then call('HDEL', SPECS, '=' .. id) end
  end
  if state[DETAILED] then call('HDEL', DETAILS, id) end
  states[id] = false
  bodies[id] = false
  changed[id] = nil
  erased[#erased + 1] = id
end

-- Names of shelves and of their keys, by state and how long jobs stay.
local shelves = { c = {}, f = {}, x = {} }
local function shelf_of(word, keep)
  local shelf = shelves[word][keep]
  if not shelf then
    shelf = { name = word .. ':' .. keep }
    shelf.key = Q .. 'shelf:' .. shelf.name
    shelves[word][keep] = shelf
  end
  return shelf
end

local function finish(id, state, word, keep)
  if keep <= 0 or state[REMOVED] then return erase(id, state) end
  leave(id, state)
  if state[SPECIAL] then free_key(id) end
  state[STATE] = word
  state[FINISHED] = NOW
  state[SHELF] = keep
  state[CANCEL] = false
  local shelf = shelf_of(word, keep)
  if not shelf.known then
    call('SADD', SHELVES, shelf.name)
    shelf.known = true
  end
  add(shelf.key, NOW, id)
end
