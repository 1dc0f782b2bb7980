-- Locks, and the lines of jobs that wait for them. KEYS[2] is the tag of what concerns no single queue; on a cluster, where
-- that is on another node, there is none and nothing here is called. What is freed is gathered until `offer_freed`.
--
-- lock:held:<key>: a hash, 'o' its owner, 'f' its fencing number, and by acquisition until when, '0' for as long as a run
--   lasts; the acquisition of a task's own locks is 'run'. lock:keys: all of these keys.
-- lock:owner:<owner>, lock:got:<acquisition>: sets of keys. lock:until: '<acquisition><key>' by the end of it.
-- lock:line:<key>: places by priority; a place is 15 digits of due time and 15 of the order of joining.
-- lock:waits: by place, packed { tag of the queue, its name, id, lane, priority, keys }. lock:turns: places by when the turn began.
local LK = (KEYS[2] or '') .. 'lock:'
local LAST = string.rep('9', 15)
local freed = {}

local function ends_after_now(until_then)
  return until_then and (until_then == '0' or tonumber(until_then) > NOW)
end

-- Whether a key is held, by whom, and its acquisitions.
local function held(key)
  local fields = call('HGETALL', LK .. 'held:' .. key)
  local owner, fence, lives, acquisitions = nil, nil, false, {}
  for i = 1, #fields, 2 do
    if fields[i] == 'o' then
      owner = fields[i + 1]
    elseif fields[i] == 'f' then
      fence = tonumber(fields[i + 1])
    else
      acquisitions[fields[i]] = fields[i + 1]
      lives = lives or ends_after_now(fields[i + 1])
    end
  end
  return lives, owner, acquisitions, fence
end

local function forget_acquisition(acquisition, key)
  if acquisition == 'run' then return end
  call('SREM', LK .. 'got:' .. acquisition, key)
  call('ZREM', LK .. 'until', acquisition .. key)
end

local function drop(key, owner, acquisitions)
  if not owner then return end
  call('DEL', LK .. 'held:' .. key)
  call('ZREM', LK .. 'keys', key)
  call('SREM', LK .. 'owner:' .. owner, key)
  for acquisition in pairs(acquisitions) do forget_acquisition(acquisition, key) end
  freed[#freed + 1] = key
end

-- One acquisition lets a key go; true where it had it.
local function let_go(acquisition, key)
  local until_then = call('HGET', LK .. 'held:' .. key, acquisition)
  if not until_then then return false end
  call('HDEL', LK .. 'held:' .. key, acquisition)
  forget_acquisition(acquisition, key)
  local lives, owner, acquisitions = held(key)
  if not lives then drop(key, owner, acquisitions) end
  return ends_after_now(until_then)
end

local function next_fence()
  local fence = math.max(tonumber(call('GET', LK .. 'fence') or 0) + 1, clock[1] * 1000000 + clock[2])
  call('SET', LK .. 'fence', string.format('%.0f', fence))
  return string.format('%.0f', fence)
end

-- Gives a key to an owner, who may have it already. until_then: 0 where it ends with the owner's run.
local function give(key, owner, acquisition, until_then)
  local lives, before, acquisitions = held(key)
  local name = LK .. 'held:' .. key
  if before and not (lives and before == owner) then
    drop(key, before, acquisitions)
    freed[#freed] = nil
    before = nil
  end
  if not before then
    call('HSET', name, 'o', owner, 'f', next_fence())
    call('ZADD', LK .. 'keys', 0, key)
    call('SADD', LK .. 'owner:' .. owner, key)
  end
  call('HSET', name, acquisition, string.format('%.0f', until_then))
  if acquisition == 'run' then return end
  call('SADD', LK .. 'got:' .. acquisition, key)
  if until_then > 0 then call('ZADD', LK .. 'until', until_then, acquisition .. key) end
end

local function release_owner(owner)
  for _, key in ipairs(call('SMEMBERS', LK .. 'owner:' .. owner)) do
    local _, by, acquisitions = held(key)
    drop(key, by, acquisitions)
  end
end

-- Whether nobody holds any of the keys, nor stands before this place in their lines.
local function may_run(keys, priority, place)
  for i = 1, #keys do
    if held(keys[i]) then return false end
    local first = call('ZRANGE', LK .. 'line:' .. keys[i], 0, 0, 'WITHSCORES')
    local other = tonumber(first[2])
    if other and (other < priority or (other == priority and first[1] < place)) then return false end
  end
  return true
end

local function wait_of(place)
  local packed = call('HGET', LK .. 'waits', place)
  return packed and cmsgpack.unpack(packed)
end

local function out_of_line(place, keys)
  call('ZREM', LK .. 'turns', place)
  for i = 1, #keys do call('ZREM', LK .. 'line:' .. keys[i], place) end
end

local function leave_lines(place)
  local wait = wait_of(place)
  if not wait then return end
  out_of_line(place, wait[6])
  call('HDEL', LK .. 'waits', place)
  for _, key in ipairs(wait[6]) do freed[#freed + 1] = key end
end

-- The locks that a job asks for, as JSON and by their keys; nil where it asks for none.
local function locks_of(body, state)
  local text = state and state[LOCKS]
  if not text then
    local _, _, _, flag = special_of(body)
    if flag ~= 'L' then return nil end
    text = string.match(string.match(body, '^[^\n]*'), '"locks":(%[.*%])}$')
  end
  return text ~= '[]' and text or nil
end

local function keys_in(text)
  local keys = {}
  for i, lock in ipairs(cjson.decode(text)) do keys[i] = lock.key end
  return keys
end

-- A job's turn has come: it is queued again, ahead of the rest, in whatever queue.
local function begin_turn(place, wait, names)
  local queue, name, id, lane = wait[1], wait[2], wait[3], wait[4]
  call('ZADD', LK .. 'turns', NOW, place)
  local state = cmsgpack.unpack(call('HGET', queue .. 'states', id))
  state[STATE] = 'q'
  state[PLACE] = RECOVERED * RANK + state[PLACE] % RANK
  call('HSET', queue .. 'states', id, cmsgpack.pack(state))
  call('ZREM', queue .. 'blocked', id)
  call('ZADD', queue .. 'lane:' .. lane, state[PLACE], id)
  call('SADD', queue .. 'lanes', lane)
  if queue == Q then states[id] = state end
  names[#names + 1] = name
end

-- After `flush`: whoever's turn it is now has it, and the workers of its queue are woken.
local function offer_freed()
  local names = {}
  for _, key in ipairs(freed) do
    local place = call('ZRANGE', LK .. 'line:' .. key, 0, 0)[1]
    if place and not call('ZSCORE', LK .. 'turns', place) then
      local wait = wait_of(place)
      if may_run(wait[6], wait[5], place) then begin_turn(place, wait, names) end
    end
  end
  freed = {}
  if #names > 0 then call('PUBLISH', KEYS[2] .. 'signals', cjson.encode({ 'wake', '', names })) end
end
