-- What every script of a queue begins with. KEYS[1] is the queue's tag, '{prefix:queue}:', which all its keys begin with.
local call = redis.call
local Q = KEYS[1]
local JOBS, STATES, DETAILS = Q .. 'jobs', Q .. 'states', Q .. 'details'
local SCHEDULED, SPECS, HOLDERS = Q .. 'scheduled', Q .. 'specs', Q .. 'holders'
local LANES, SHELVES, META = Q .. 'lanes', Q .. 'shelves', Q .. 'meta'
local clock = call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- A place in line is one number: rank * RANK + order. A double holds it exactly: 17 bits of rank, 37 of order.
local RANK = 137438953472
local RECOVERED = -32769

-- Lua's unpack takes some 8,000 values.
local CHUNK = 4000

-- The same command for any number of values.
local function in_chunks(command, key, values)
  for from = 1, #values, CHUNK do
    call(command, key, unpack(values, from, math.min(from + CHUNK - 1, #values)))
  end
end

-- HMGET of any number of fields.
local function fields_of(key, fields)
  if #fields <= CHUNK then return call('HMGET', key, unpack(fields)) end
  local all = {}
  for from = 1, #fields, CHUNK do
    local part = call('HMGET', key, unpack(fields, from, math.min(from + CHUNK - 1, #fields)))
    for i = 1, #part do all[from + i - 1] = part[i] end
  end
  return all
end

-- Sorted sets change in few commands: what is added and removed is gathered until `flush`.
local added, removed, added_to = {}, {}, {}
local head_before

local function head_of_schedule()
  local head = call('ZRANGE', SCHEDULED, 0, 0, 'WITHSCORES')[2]
  return head and math.floor(tonumber(head)) or false
end

local function note_schedule(key)
  if key == SCHEDULED and head_before == nil then head_before = head_of_schedule() end
end

local function add(key, score, id)
  note_schedule(key)
  local pairs_of = added[key]
  if not pairs_of then
    pairs_of = {}
    added[key] = pairs_of
  end
  pairs_of[#pairs_of + 1] = score
  pairs_of[#pairs_of + 1] = id
  added_to[id] = key
end

local function flush_sets()
  for key, ids in pairs(removed) do in_chunks('ZREM', key, ids) end
  for key, pairs_of in pairs(added) do in_chunks('ZADD', key, pairs_of) end
  added, removed, added_to = {}, {}, {}
end

local function remove(key, id)
  note_schedule(key)
  -- Removals go first, so what was added in this very call must be there.
  if added_to[id] then flush_sets() end
  local ids = removed[key]
  if not ids then
    ids = {}
    removed[key] = ids
  end
  ids[#ids + 1] = id
end

-- The next number in the order of joining.
local order
local function next_order()
  if not order then order = tonumber(call('HGET', META, 'order') or 0) end
  order = order + 1
  return order
end

-- After `flush`: where the time at which the next job is due has changed, its version and that time (false: none).
local function due_change()
  if head_before == nil then return false end
  local head = head_of_schedule()
  if head == head_before then return false end
  return { call('HINCRBY', META, 'due', 1), head }
end

-- The same without a change: whoever made the last one may not have lived to tell.
local function due_now()
  return { tonumber(call('HGET', META, 'due') or 0), head_of_schedule() }
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
