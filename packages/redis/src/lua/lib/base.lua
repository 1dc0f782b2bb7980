-- What every script of a queue begins with. KEYS[1] is the queue's tag, '{prefix:queue}:', which all its keys begin with.
local call = redis.call
local Q = KEYS[1]
local JOBS, STATES, DETAILS = Q .. 'jobs', Q .. 'states', Q .. 'details'
local SCHEDULED, SPECS, HOLDERS = Q .. 'scheduled', Q .. 'specs', Q .. 'holders'
local LANES, SHELVES, META = Q .. 'lanes', Q .. 'shelves', Q .. 'meta'
local clock = call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)
local NOW_TEXT = string.format('%.0f', NOW)

-- A place in line is one number: rank * RANK + order. A double holds it exactly: 17 bits of rank, 37 of order.
local RANK = 137438953472
local RECOVERED = -32769

-- Lua's unpack takes some 8,000 values.
local CHUNK = 4000

-- The same command for any number of values.
local function in_chunks(command, key, values)
  local count = #values
  if count <= CHUNK then return count > 0 and call(command, key, unpack(values)) end
  for from = 1, count, CHUNK do
    call(command, key, unpack(values, from, math.min(from + CHUNK - 1, count)))
  end
end

-- HMGET of any number of fields.
local function fields_of(key, fields)
  if #fields == 0 then return fields end
  if #fields <= CHUNK then return call('HMGET', key, unpack(fields)) end
  local all = {}
  for from = 1, #fields, CHUNK do
    local part = call('HMGET', key, unpack(fields, from, math.min(from + CHUNK - 1, #fields)))
    for i = 1, #part do all[from + i - 1] = part[i] end
  end
  return all
end

-- A repeated request gets the answer that is remembered under (client, part of the request, number modulo so many).
local function recall(client, part, number, slots)
  local found = call('HGET', Q .. 'answers:' .. client, part .. number % slots)
  if not found then return nil end
  local colon = string.find(found, ':', 1, true)
  if tonumber(string.sub(found, 1, colon - 1)) ~= number then return nil end
  return cmsgpack.unpack(string.sub(found, colon + 1))
end

local function remember(client, part, number, slots, answer)
  local key = Q .. 'answers:' .. client
  call('HSET', key, part .. number % slots, string.format('%.0f', number) .. ':' .. cmsgpack.pack(answer))
  call('PEXPIRE', key, 60000)
end
