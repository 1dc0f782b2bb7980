-- What scripts of schedules share. A schedule is a state and its texts, in two hashes under its name: the texts may be long,
-- and change rarely. LOOK has when a scheduler should next take it: its time, or the end of another's hold.
--
-- Jobs stand under their queue's tag and schedules under the common one, so a firing takes two steps, each idempotent: the
-- queue makes the jobs and notes for which times (see fire_schedules), then the schedule moves on (advance_schedules).
local SCHEDULES, TEXTS = G .. 'schedules', G .. 'schedule-texts'
local NAMES, LOOK = G .. 'schedule-names', G .. 'schedule-look'

-- A state's places. What is absent is false.
local REVISION, EPOCH, ACTIVE, NEXT, CREATED, LAST, LAST_JOB, RUNS, RETRY, QUEUE = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

local function schedule_of(name)
  local packed = call('HGET', SCHEDULES, name)
  return packed and cmsgpack.unpack(packed)
end

local function look_at(name, time)
  if time then call('ZADD', LOOK, time, name) else call('ZREM', LOOK, name) end
end

local function store_schedule(name, state)
  call('HSET', SCHEDULES, name, cmsgpack.pack(state))
end

-- For a reply: { name, state, { task, timing, definition } }.
local function show_schedules(names)
  local shown = {}
  if #names == 0 then return shown end
  local states, texts = call('HMGET', SCHEDULES, unpack(names)), call('HMGET', TEXTS, unpack(names))
  for i = 1, #names do
    if states[i] then shown[#shown + 1] = { names[i], cmsgpack.unpack(states[i]), cmsgpack.unpack(texts[i]) } end
  end
  return shown
end
