-- A job is a body, a state and details, each a field of a hash, under the 14 bytes of its id that the queue does not tell.
--
-- body: '[*]<spec> <createdAt>[ <while> <window> <key> <locks> <rest>][\n<input>]'; '*' and what stands between are only of jobs
--   that have a unique key, locks or headers, '*' also of those with a spec of their own (spec 0).
-- state: see lib/fields.lua; none where the job has only been enqueued.
-- details: packed { progress, meta, result, { { error, time, attempt }, ... } }, false for what there is not.
-- spec: '<lane>\0<task>\0<priority>\0<maxAttempts>\0<keep>\0<rest>', shared by all jobs that were enqueued alike.

local KEEP_OF = { c = 1, f = 2, x = 3 }

local function body_of(id)
  if bodies[id] == nil then bodies[id] = call('HGET', JOBS, id) end
  return bodies[id]
end

-- A state to be changed; nil or false where none is known.
local function unpacked(id)
  if states[id] == nil and texts[id] ~= nil then states[id] = texts[id] and cmsgpack.unpack(texts[id]) end
  return states[id]
end

local function load_states(ids)
  load_texts(ids)
  for i = 1, #ids do unpacked(ids[i]) end
end

-- All of jobs that will be changed, in two commands.
local function load_jobs(ids)
  load_bodies(ids)
  load_states(ids)
end

-- The spec's number and the time of creation that a body begins with, and where that ends; of the body asked last it is known.
local parsed, parsed_number, parsed_created, parsed_end
local function head_of(body)
  if body ~= parsed then
    parsed = body
    parsed_number, parsed_created, parsed_end = string.match(body, '^%*?(%d+) (%d+)()')
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

-- What a body says of uniqueness and locks: while ('a' alive, 'q' queued, 'w' window, '-'), window, key, locks ('L', '-').
local function special_of(body)
  local _, _, from = head_of(body)
  if string.byte(body, from) ~= 32 then return nil end
  return string.match(body, '^ (%S) (%d+) (%S+) (%S)', from)
end

-- The key of a job that needs one lock, and about which nothing else is special: most that need any. Plain searches, for patterns
-- and JSON take several times as long.
local BEFORE_KEY, BEHIND_KEY = ' - 0 - L {"headers":null,"locks":[{"key":"', '","slots":1}]}'
local function only_key(body)
  local from = string.find(body, ' ', (string.find(body, ' ', 1, true)) + 1, true)
  if not from or string.sub(body, from, from + #BEFORE_KEY - 1) ~= BEFORE_KEY then return nil end
  from = from + #BEFORE_KEY
  local to = string.find(body, '"', from, true)
  if string.sub(body, to, to + #BEHIND_KEY - 1) ~= BEHIND_KEY then return nil end
  local key = string.sub(body, from, to - 1)
  return not string.find(key, '\\', 1, true) and key or nil
end

-- The keys of the locks that a job needs, and whether that is all that is special about it.
local function keys_of(body, state)
  local text = state and state[LOCKS]
  if not text then
    local key = only_key(body)
    if key then return { key }, true end
    local _, _, _, flag = special_of(body)
    if flag ~= 'L' then return {}, false end
    text = string.match(string.match(body, '^[^\n]*'), '"locks":(%[.*%])}$')
  end
  local keys = {}
  for i, lock in ipairs(cjson.decode(text)) do keys[i] = lock.key end
  return keys, false
end

-- Whether the end of a job leaves more to do than that of others: it has a unique key, or a spec of its own.
local function leaves_more(body)
  if not is_special(body) then return false end
  if string.byte(body, 2) == 48 then return true end
  local _, _, key = special_of(body)
  return key ~= nil and key ~= '-'
end

local function created_at(body)
  local _, created = head_of(body)
  return tonumber(created)
end

-- That of a job that waits, also where it has only been enqueued.
local function waiting_state(id)
  local state = unpacked(id)
  if not state then
    state = new_state('q', false, leaves_more(bodies[id]))
    states[id] = state
  end
  return state
end

-- The state of any job, also of one that has only been enqueued; nil where there is no such job.
local function state_of(id)
  if states[id] == nil then load_states({ id }) end
  if states[id] then return states[id] end
  local body = body_of(id)
  if not body then return nil end
  local waits = call('ZSCORE', Q .. 'lane:' .. spec_of(id).lane, id)
  local due = not waits and math.floor(tonumber(call('ZSCORE', SCHEDULED, id)))
  local state = new_state(waits and 'q' or 's', due, leaves_more(body))
  states[id] = state
  return state
end

local function due_of(id, state)
  return state and state[DUE] or created_at(body_of(id))
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
  return { id, body_of(id), news, texts[id] or cmsgpack.pack(state), details, worker }
end
