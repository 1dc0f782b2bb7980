-- What claimants write: every write is fenced by (id, run, claim).

-- fill: { maxAttempts, keep, locks }; what is set stays.
local function fill_in(id, state, fill)
  if not max_of(id, state) then state[MAX] = fill[1] end
  if fill[2] and not state[KEEP] and spec_of(id).keep == '' then state[KEEP] = fill[2] end
  if fill[3] and #keys_of(body_of(id), state) == 0 then state[LOCKS] = fill[3] end
  changed[id] = true
end

-- The attempt is charged.
local function charge(state, ago)
  state[ATTEMPT] = state[ATTEMPT] + 1
  state[STARTED] = NOW - ago
end

-- start: { id, run, claim, ago, fill }
local function start(message)
  local id = message[1]
  local state = fenced(id, message[2], message[3])
  if not state then return '0' end
  if message[5] then fill_in(id, state, message[5]) end
  if state[STATE] == 'v' then
    local held_by = Q .. 'held:' .. state[HOLDER]
    local at = score_of(held_by, id)
    remove(held_by, id)
    state[STATE] = 'r'
    charge(state, message[4])
    add(Q .. 'run:' .. state[HOLDER], at, id)
    changed[id] = true
  end
  return '1'
end

local function note(details, progress, meta)
  if progress then details[1] = progress end
  if meta then details[2] = meta end
end

-- report: { id, run, claim, progress, meta }
local function report(message)
  local id = message[1]
  local state = fenced(id, message[2], message[3])
  if not state then return '0' end
  if message[4] or message[5] then
    local details = details_of(id, state)
    note(details, message[4], message[5])
    store_details(id, state, details)
  end
  return '1'
end

local FINAL = { complete = 'c', fail = 'f', cancel = 'x' }

-- The job would run again; a cancel that its worker had not heard of ends it here.
local function go_on(id, state, kind, delay, was_started, unrun)
  if kind ~= 'retry' and was_started then state[ATTEMPT] = state[ATTEMPT] - 1 end
  if kind == 'postpone' then state[POSTPONES] = state[POSTPONES] + 1 end
  if state[CANCEL] then
    finish(id, state, 'x', keep_of(id, state, 'x') or state[CANCEL])
  elseif kind == 'release' then
    restore(id, state, nil, unrun)
  else
    place(id, state, NOW + delay)
  end
end

-- Settles one of the jobs of an outcome, see lib/settle_all.lua.
local function settle(id, outcome, result)
  local state = fenced(id, outcome[2], outcome[3])
  if not state then return '0' end
  local kind, ran = outcome[4], outcome[5]
  changed[id] = true
  if outcome[13] then fill_in(id, state, outcome[13]) end
  local was_started = state[STATE] == 'r' or ran
  if ran and state[STATE] == 'v' then charge(state, ran) end
  if result or outcome[8] or outcome[11] or outcome[12] then
    local details = details_of(id, state)
    note(details, outcome[11], outcome[12])
    if result then details[3] = result end
    if outcome[8] then add_error(details, outcome[8], outcome[9], outcome[10]) end
    store_details(id, state, details)
  end
  if FINAL[kind] then
    finish(id, state, FINAL[kind], outcome[6])
  else
    go_on(id, state, kind, outcome[6], was_started, not ran)
  end
  if outcome[14] then enqueue_all(outcome[14][1], outcome[14][2]) end
  return '1'
end
