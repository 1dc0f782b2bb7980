-- Stores jobs, in order. A job is { id, number of its spec in `texts`, due, tail of its body, while, window, key,
-- onConflict }: due is a delay, or an instant where it is below 0 (then -1 - instant).

local function due_of(due)
  return due < 0 and -1 - due or NOW + due
end

-- The tail with another input: the new one's from its line feed on, the old one's before.
local function replace_input(id, tail)
  local old = body_of(id)
  local head = string.sub(old, 1, (string.find(old, '\n', 1, true) or #old + 1) - 1)
  local feed = string.find(tail, '\n', 1, true)
  bodies[id] = head .. (feed and string.sub(tail, feed) or '')
  call('HSET', JOBS, id, bodies[id])
end

-- The locks that come with the other input.
local function replace_locks(state, tail)
  state[LOCKS] = string.match(string.match(tail, '^[^\n]*'), '"locks":(%[.*%])}$')
end

-- What the holder of the key makes of the newcomer; nil: nobody has the key, or it moves to the new job.
local function collide(task, job)
  local holder = call('GET', Q .. 'unique:' .. task .. '\0' .. job[7])
  if not holder then return nil end
  if job[8] == 'return' then return { 'existing', holder } end
  if job[8] == 'throw' then return { 'conflict', holder } end
  local state = living(holder)
  local at = state and state[STATE]
  if at ~= 'q' and at ~= 's' and at ~= 'v' and at ~= 'b' then return nil end
  replace_input(holder, job[4])
  replace_locks(state, job[4])
  place(holder, state, due_of(job[3]))
  return { 'replaced', holder }
end

-- Answers { position, outcome, id } of every job that was not created.
local function enqueue_all(texts, jobs)
  local numbers, kept, exceptions, ids = {}, {}, {}, {}
  local stamp = ' ' .. string.format('%.0f', NOW)
  for i = 1, #texts do
    numbers[i] = intern(texts[i])
    local lane, task, priority = string.match(texts[i], '^([^%z]*)%z([^%z]*)%z([^%z]*)%z')
    kept[i] = { lane = lane, task = task, priority = tonumber(priority) }
  end
  for i = 1, #jobs do ids[i] = jobs[i][1] end
  local there = fields_of(JOBS, ids)
  local values = {}
  for i = 1, #jobs do
    local job = jobs[i]
    local id, spec = job[1], kept[job[2]]
    local outcome
    if there[i] then
      outcome = { 'existing', id }
    elseif job[5] then
      outcome = collide(spec.task, job)
    end
    if outcome then
      exceptions[#exceptions + 1] = { i, outcome[1], outcome[2] }
    else
      local number = numbers[job[2]]
      local body = number .. stamp .. job[4]
      if number == '0' then call('HSET', SPECS, '=' .. id, texts[job[2]]) end
      local due = due_of(job[3])
      if job[5] then
        -- A later job of this request may meet it.
        call('HSET', JOBS, id, body)
        bodies[id] = body
        take_key(id, job[5], job[6], job[7])
      else
        values[#values + 1] = id
        values[#values + 1] = body
      end
      if due > NOW then
        schedule(id, due)
      else
        local at = spec.priority * RANK + next_order()
        queue_up(id, at, spec.lane)
        if due ~= NOW then
          local state = new_state('q', due, special_of(body) ~= nil or number == '0')
          state[PLACE] = at
          states[id] = state
          changed[id] = true
        else
          states[id] = nil
        end
      end
      if job[5] then flush_sets() end
    end
  end
  in_chunks('HSET', JOBS, values)
  return exceptions
end
