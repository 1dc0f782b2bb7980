-- The ways into a line and onto the schedule.

-- The number of a spec; 0 where there are too many to share.
local function intern(text)
  local number = call('HGET', SPECS, '?' .. text)
  if number then return number end
  if call('HLEN', SPECS) > 4000 then return '0' end
  number = call('HINCRBY', META, 'specs', 1)
  call('HSET', SPECS, '?' .. text, number, number, text)
  return number
end

local lane_keys = {}
local function lane_key_of(lane)
  local key = lane_keys[lane]
  if not key then
    call('SADD', LANES, lane)
    key = Q .. 'lane:' .. lane
    lane_keys[lane] = key
  end
  return key
end

local function queue_up(id, place, lane)
  add(lane_key_of(lane), place, id)
  woken = true
end

-- Of a due as messages tell it: a delay, or an instant as -1 - instant.
local function due_at(due)
  return due < 0 and -1 - due or NOW + due
end

-- Scheduled jobs of one millisecond become due in the order in which they came: the fraction tells it, up to 4,096 of them.
local same_due = {}
local function schedule(id, due)
  if not same_due[due] then same_due[due] = call('ZCOUNT', SCHEDULED, due, '(' .. string.format('%.0f', due + 1)) end
  add(SCHEDULED, due + math.min(same_due[due], 4095) / 4096, id)
  same_due[due] = same_due[due] + 1
end
