-- Takes the next jobs of a queue, merging its lanes in order.

-- One lane from its head on, in steps.
local function lane_reader(lane, step)
  local key = Q .. 'lane:' .. lane
  local found, at, from, ended = {}, 1, 0, false
  local reader = {}
  function reader.peek()
    if at > #found then
      if ended then return nil end
      found = call('ZRANGE', key, from, from + step - 1, 'WITHSCORES')
      ended = #found < 2 * step
      from = from + step
      at = 1
      if #found == 0 then return nil end
    end
    return tonumber(found[at + 1])
  end
  function reader.pop()
    at = at + 2
    return found[at - 2]
  end
  reader.key = key
  return reader
end

-- The first `count` jobs of these lanes: { id, place, key of its lane }.
local function next_in_line(lanes, count)
  local readers, line = {}, {}
  local step = #lanes == 1 and count or math.ceil(count / 4)
  for i = 1, #lanes do readers[i] = lane_reader(lanes[i], step) end
  while #line < count do
    local best, least
    for i = 1, #readers do
      local place = readers[i].peek()
      if place and (not least or place < least) then
        best, least = readers[i], place
      end
    end
    if not best then break end
    line[#line + 1] = { best.pop(), least, best.key }
  end
  return line
end

-- How many bodies to read at once: they may be large.
local function read_ahead(line, from, room, seen)
  local count = 16
  if seen.count > 0 then count = math.max(1, math.min(1000, math.ceil(room * seen.count / (seen.bytes + 1)))) end
  local ids = {}
  for i = from, math.min(from + count - 1, #line) do ids[#ids + 1] = line[i][1] end
  local found = fields_of(JOBS, ids)
  for i = 1, #ids do
    bodies[ids[i]] = found[i]
    seen.count = seen.count + 1
    seen.bytes = seen.bytes + #found[i]
  end
  load_states(ids)
end

local function may_be_reserved(place, holding, locks)
  return place >= (RECOVERED + 1) * RANK and not locks and holding ~= 'q'
end

-- Its state, also where it has only been enqueued.
local function waiting_state(id)
  local body = bodies[id]
  local state = states[id]
  if not state then
    state = new_state('q', created_at(body), special_of(body) ~= nil or string.sub(body, 1, 2) == '0 ')
    states[id] = state
  end
  return state
end

local function take(id, place, key, claim, instance, started)
  remove(key, id)
  local body = bodies[id]
  local state = waiting_state(id)
  if state[SPECIAL] and special_of(body) == 'q' then free_key(id) end
  state[RUN] = state[RUN] + 1
  state[CLAIM] = claim
  state[HOLDER] = instance
  state[PLACE] = place
  if started then
    state[STATE] = 'r'
    state[ATTEMPT] = state[ATTEMPT] + 1
    state[STARTED] = NOW
    add(Q .. 'run:' .. instance, place, id)
  else
    state[STATE] = 'v'
    add(Q .. 'held:' .. instance, place, id)
  end
  changed[id] = true
end

-- Beyond so many that turn out to be blocked a claim goes no further: the rest is for the next one.
local MOST_BLOCKED = 1000

-- wanted: { claim, lanes, limit, start, bytes, any, name of the queue, end of its ids }: at most `limit` jobs, the first
-- `start` of them started; `any`: the claim has jobs of other queues already. Answers ids, bytes of input, whether the claim
-- ended before its time, and whether it held back before a job that may not be reserved.
local function claim_jobs(instance, wanted)
  local claim, lanes, limit, starts, room, any, name, suffix = unpack(wanted)
  local ids, used, seen, blocked = {}, 0, { count = 0, bytes = 0 }, 0

  -- Whether the claim goes on behind this job; if not, whether it has ended, and whether it held back.
  local function meet(id, place, key)
    local body = bodies[id]
    local holding = special_of(body)
    local locks = holding and locks_of(body, states[id]) or (states[id] and locks_of(body, states[id]))
    local started = #ids < starts
    if not started and not may_be_reserved(place, holding, locks) then return false, false, true end
    local feed = string.find(body, '\n', 1, true)
    local bytes = feed and #body - feed or 0
    if used + bytes > room and (any or #ids > 0) then return false, true, false end
    local keys = locks and keys_in(locks)
    if keys then
      local state = waiting_state(id)
      if not may_run(keys, spec_of(id).priority, state[LOCKED] or string.format('%015.0f', state[DUE]) .. LAST) then
        block(id, state, keys, name, place, key)
        blocked = blocked + 1
        return true
      end
    end
    used = used + bytes
    take(id, place, key, claim, instance, started)
    if keys then take_locks(id, states[id], keys, suffix) end
    ids[#ids + 1] = id
    return true
  end

  if limit <= 0 or call('HGET', META, 'paused') then return ids, used, false, false end
  while #ids < limit do
    local line = next_in_line(lanes, limit - #ids)
    local before = blocked
    for i = 1, #line do
      local id = line[i][1]
      if not bodies[id] then read_ahead(line, i, room - used, seen) end
      local goes_on, ended, held_back = meet(unpack(line[i]))
      if not goes_on then return ids, used, ended, held_back end
    end
    if blocked == before then break end
    if blocked >= MOST_BLOCKED then return ids, used, true, false end
    -- In the place of those that are blocked there may be others.
    flush_sets()
  end
  return ids, used, false, false
end
