-- A job is a body, a state and details, each a field of a hash, under the 14 bytes of its id that the queue does not tell.
--
-- body: '<spec> <createdAt>[ <while> <window> <key> <locks> <rest>][\n<input>]'; what stands between is only of jobs that
--   have a unique key, locks or headers, or a spec of their own (spec 0).
-- state: an array packed by cmsgpack, see below; none where the job has only been enqueued.
-- details: packed { progress, meta, result, { { error, time, attempt }, ... } }, false for what there is not.
-- spec: '<lane>\0<task>\0<priority>\0<maxAttempts>\0<keep>\0<rest>', shared by all jobs that were enqueued alike.

-- 'q' queued, 'b' blocked, 's' scheduled, 'v' reserved, 'r' running, 'c' completed, 'f' failed, 'x' cancelled
local STATE, RUN, ATTEMPT, MAX, POSTPONES, DUE, STARTED, FINISHED, PLACE = 1, 2, 3, 4, 5, 6, 7, 8, 9
-- KEEP: 'completed,failed,cancelled' as filled in; CANCEL: a cancel was asked, how long it then stays; SHELF: how long it stays
-- LOCKS: as JSON, where they are not those of the body; LOCKED: of a job that waits for them its place in their lines, of a
-- run that holds some the owner that it is
local CLAIM, HOLDER, KEEP, CANCEL, REMOVED, SHELF, LOCKS, SPECIAL, DETAILED, LOCKED = 10, 11, 12, 13, 14, 15, 16, 17, 18, 19

local KEEP_OF = { c = 1, f = 2, x = 3 }

local function new_state(state, due, special)
  return { state, 0, 0, false, 0, due, false, false, false, false, false, false, false, false, false, false, special, false, false }
end

local bodies, states, changed, erased = {}, {}, {}, {}

local function body_of(id)
  if bodies[id] == nil then bodies[id] = call('HGET', JOBS, id) end
  return bodies[id]
end

-- Reads what is not known yet.
local function load_states(ids)
  local unknown = {}
  for i = 1, #ids do
    if states[ids[i]] == nil then unknown[#unknown + 1] = ids[i] end
  end
  if #unknown == 0 then return end
  local found = fields_of(STATES, unknown)
  for i = 1, #unknown do states[unknown[i]] = found[i] and cmsgpack.unpack(found[i]) end
end

-- The spec's number and the time of creation that a body begins with, and where that ends; of the body asked last it is known.
local parsed, parsed_number, parsed_created, parsed_end
local function head_of(body)
  if body ~= parsed then
    parsed = body
    parsed_number, parsed_created, parsed_end = string.match(body, '^(%d+) (%d+)()')
  end
  return parsed_number, parsed_created, parsed_end
end

local specs = {}

local function spec_of(id)
  local number = head_of(body_of(id))
  local name = number == '0' and '=' .. id or number
  local spec = specs[name]
  if not spec then
    local text = call('HGET', SPECS, name)
    local lane, task, priority, max, keep = string.match(text, '^([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z([^%z]*)%z')
    spec = { lane = lane, task = task, priority = tonumber(priority), max = tonumber(max), keep = keep, text = text }
    specs[name] = spec
  end
  return spec
end

-- The number of a spec; 0 where there are too many to share.
local function intern(text)
  local number = call('HGET', SPECS, '?' .. text)
  if number then return number end
  if call('HLEN', SPECS) > 4000 then return '0' end
  number = call('HINCRBY', META, 'specs', 1)
  call('HSET', SPECS, '?' .. text, number, number, text)
  return number
end

-- What a body says of uniqueness and locks: while ('a' alive, 'q' queued, 'w' window, '-'), window, key, locks ('L', '-').
local function special_of(body)
  local _, _, from = head_of(body)
  if string.byte(body, from) ~= 32 then return nil end
  return string.match(body, '^ (%S) (%d+) (%S+) (%S)', from)
end

local function created_at(body)
  local _, created = head_of(body)
  return tonumber(created)
end

-- The state of any job, also of one that has only been enqueued; nil where there is no such job.
local function state_of(id)
  if states[id] == nil then load_states({ id }) end
  if states[id] then return states[id] end
  local body = body_of(id)
  if not body then return nil end
  local special = special_of(body) ~= nil or string.sub(body, 1, 2) == '0 '
  local place = call('ZSCORE', Q .. 'lane:' .. spec_of(id).lane, id)
  local state
  if place then
    state = new_state('q', created_at(body), special)
    state[PLACE] = tonumber(place)
  else
    state = new_state('s', math.floor(tonumber(call('ZSCORE', SCHEDULED, id))), special)
  end
  states[id] = state
  return state
end

-- The same, unless the job has stayed its time.
local function living(id)
  local state = state_of(id)
  if state and state[FINISHED] and state[FINISHED] + state[SHELF] <= NOW then return nil end
  return state
end

local function keep_of(id, state, word)
  local keep = state[KEEP] or spec_of(id).keep
  if keep == '' then return nil end
  local all = {}
  for ms in string.gmatch(keep, '[^,]+') do all[#all + 1] = tonumber(ms) end
  return all[KEEP_OF[word]]
end

local function max_of(id, state)
  return state[MAX] or spec_of(id).max
end

local function details_of(id, state)
  if not state[DETAILED] then return { false, false, false, {} } end
  return cmsgpack.unpack(call('HGET', DETAILS, id))
end

local function store_details(id, state, details)
  state[DETAILED] = true
  changed[id] = true
  call('HSET', DETAILS, id, cmsgpack.pack(details))
end

-- Of more than 50 errors the first and the latest stay.
local function add_error(details, text, time, attempt)
  local errors = details[4]
  errors[#errors + 1] = { text, time == 0 and NOW or time, attempt }
  if #errors > 50 then table.remove(errors, 2) end
end

-- States as they were written last.
local written = {}

-- All that can be seen of a job, for a reply: id, body, spec (false: that of the view before), state and details as they are
-- stored, the worker's id. Not to be asked while there is something to write.
local workers, told = {}, nil
local function view(id, state)
  local details, worker = false, false
  if state[DETAILED] then details = call('HGET', DETAILS, id) end
  if state[STATE] == 'r' then
    worker = workers[state[HOLDER]]
    if worker == nil then
      worker = call('HGET', HOLDERS, state[HOLDER])
      workers[state[HOLDER]] = worker
    end
  end
  local spec = spec_of(id).text
  local news = spec ~= told and spec
  told = spec
  return { id, body_of(id), news, written[id] or cmsgpack.pack(state), details, worker }
end

-- Writes all that was gathered.
local function flush()
  flush_sets()
  local values = {}
  for id in pairs(changed) do
    if states[id] then
      written[id] = cmsgpack.pack(states[id])
      values[#values + 1] = id
      values[#values + 1] = written[id]
    end
  end
  in_chunks('HSET', STATES, values)
  changed = {}
  if #erased > 0 then
    in_chunks('HDEL', JOBS, erased)
    in_chunks('HDEL', STATES, erased)
    erased = {}
  end
  if order then call('HSET', META, 'order', order) end
  order = nil
end
