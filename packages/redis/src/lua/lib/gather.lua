-- What a script knows of jobs, and what it is going to write of them: gathered until `flush`, so that it is few commands.

-- By id: bodies, and states as they are stored (texts) and unpacked (states); false where there is none.
local bodies, texts, states = {}, {}, {}
-- Whether a job has more than a spec of many, a time and an input: see lib/records.lua.
local function is_special(body)
  return string.byte(body) == 42
end

local function input_bytes(body)
  local feed = string.find(body, '\n', 1, true)
  return feed and #body - feed or 0
end

-- Ids whose state is to be packed, whose texts are to be written, and of jobs that are deleted.
local changed, written, erased = {}, {}, {}
-- Jobs came to where they can be claimed.
local woken = false

local added, removed, added_to = {}, {}, {}
local head_before

local function head_of_schedule()
  local head = call('ZRANGE', SCHEDULED, 0, 0, 'WITHSCORES')[2]
  return head and math.floor(tonumber(head)) or false
end

-- What is going to be added to a set: scores and ids in turn.
local function added_in(key)
  local pairs_of = added[key]
  if not pairs_of then
    pairs_of = {}
    added[key] = pairs_of
  end
  return pairs_of
end

local function add(key, score, id)
  if key == SCHEDULED and head_before == nil then head_before = head_of_schedule() end
  local pairs_of = added_in(key)
  local count = #pairs_of
  pairs_of[count + 1] = score
  pairs_of[count + 2] = id
  added_to[id] = key
end

local function flush_sets()
  for key, ids in pairs(removed) do in_chunks('ZREM', key, ids) end
  for key, pairs_of in pairs(added) do in_chunks('ZADD', key, pairs_of) end
  added, removed, added_to = {}, {}, {}
end

local function remove(key, id)
  if key == SCHEDULED and head_before == nil then head_before = head_of_schedule() end
  -- Removals go first, so what was added in this very call must be there.
  if added_to[id] then flush_sets() end
  local ids = removed[key]
  if not ids then
    ids = {}
    removed[key] = ids
  end
  ids[#ids + 1] = id
end

-- Where a job stands in one of the sets.
local function score_of(key, id)
  if added_to[id] then flush_sets() end
  return tonumber(call('ZSCORE', key, id))
end

local function put_text(id, text)
  texts[id] = text
  local count = #written
  written[count + 1] = id
  written[count + 2] = text
end

-- Reads what is not known yet.
local function load_texts(ids)
  local unknown = {}
  for i = 1, #ids do
    if texts[ids[i]] == nil then unknown[#unknown + 1] = ids[i] end
  end
  local found = fields_of(STATES, unknown)
  for i = 1, #unknown do texts[unknown[i]] = found[i] end
end

local function load_bodies(ids)
  local found = fields_of(JOBS, ids)
  for i = 1, #ids do bodies[ids[i]] = found[i] end
end

-- The next number in the order of joining.
local order
local function next_order()
  if not order then order = tonumber(call('HGET', META, 'order') or 0) end
  order = order + 1
  return order
end

local function flush()
  flush_sets()
  for id in pairs(changed) do
    if states[id] then put_text(id, cmsgpack.pack(states[id])) end
  end
  in_chunks('HSET', STATES, written)
  changed, written = {}, {}
  if #erased > 0 then
    in_chunks('HDEL', JOBS, erased)
    in_chunks('HDEL', STATES, erased)
    erased = {}
  end
  if order then call('HSET', META, 'order', order) end
  order = nil
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
