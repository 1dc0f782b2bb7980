-- The lines of jobs that wait for locks, in the order of priority and place. What is freed is gathered until `offer_freed`.
--
-- lock:line:<key>: places by priority; a place is 15 digits of due time and 15 of the order of joining, around the MIDDLE.
-- lock:lined: the keys that may have a line. lock:joined: how often somebody joined.
-- lock:waits: by place, packed { tag of the queue, its name, id, lane, priority, keys }. lock:turns: places by when the turn began.
local LAST = string.rep('9', 15)
local MIDDLE = 500000000000000
local LINED = LK .. 'lined'
-- Turns that this script began: { place, name of the queue }.
local begun = {}
-- Whether a key may have a line, as far as this script knows.
local lined = {}

-- Reads what is not known yet.
local function read_lined(keys)
  local unknown = {}
  for i = 1, #keys do
    if lined[keys[i]] == nil then
      unknown[#unknown + 1] = keys[i]
      lined[keys[i]] = false
    end
  end
  for from = 1, #unknown, CHUNK do
    local found = call('SMISMEMBER', LINED, unpack(unknown, from, math.min(from + CHUNK - 1, #unknown)))
    for i = 1, #found do lined[unknown[from + i - 1]] = found[i] == 1 end
  end
end

-- The first place in the line of a key, and its priority; nil where nobody waits.
local function first_in_line(key)
  if lined[key] == nil then read_lined({ key }) end
  if not lined[key] then return nil end
  local first = call('ZRANGE', LK .. 'line:' .. key, 0, 0, 'WITHSCORES')
  if not first[1] then
    call('SREM', LINED, key)
    lined[key] = false
  end
  return first[1], tonumber(first[2])
end

local function stand_in_lines(keys, priority, place)
  for i = 1, #keys do
    call('ZADD', LK .. 'line:' .. keys[i], priority, place)
    if not lined[keys[i]] then call('SADD', LINED, keys[i]) end
    lined[keys[i]] = true
  end
end

-- A new place behind (1) or before (-1) all others of this due time.
local function new_place(due, direction)
  return string.format('%015.0f%015.0f', due, MIDDLE + direction * call('INCR', LK .. 'joined'))
end

-- Whether nobody holds any of the keys, nor stands before this place in their lines. A job without a place, of that due time,
-- stands behind all others.
local function may_run(keys, priority, place, due)
  for i = 1, #keys do
    if holds[keys[i]] ~= false and holder_of(keys[i]) then return false end
    local first, other = first_in_line(keys[i])
    if first then
      place = place or string.format('%015.0f', due) .. LAST
      if other < priority or (other == priority and first < place) then return false end
    end
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

-- How a job leaves its lines and gives up its locks, and how its turn comes: see lib/turns.lua, and lib/apart.lua of a cluster;
-- `news` is only there, `release_runs` is not.
local leave_locks, release_runs, own_keys, begin_anew, begin_turn, news

-- After `flush`: whoever's turn it is now has it.
local function offer_freed()
  read_lined(freed)
  for i = 1, #freed do
    local place = lined[freed[i]] and first_in_line(freed[i])
    if place and not call('ZSCORE', LK .. 'turns', place) then
      local wait = wait_of(place)
      if may_run(wait[6], wait[5], place) then begin_turn(place, wait) end
    end
  end
  freed = {}
end

-- At the end: what changed is written, and the workers of those queues are woken where somebody's turn began that no claim has
-- taken.
local function tell_turns()
  store_locks()
  local names = {}
  for i = 1, #begun do
    if call('ZSCORE', LK .. 'turns', begun[i][1]) then names[#names + 1] = begun[i][2] end
  end
  if #names > 0 then call('PUBLISH', KEYS[2] .. 'signals', cjson.encode({ 'wake', '', names })) end
end

-- The same before `flush`, where a script goes on afterwards.
local function hand_on()
  if #freed == 0 then return end
  flush()
  offer_freed()
end
