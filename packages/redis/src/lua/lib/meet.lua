-- A claim meets a job that has more to it: it ran before, has a unique key, locks, headers.

-- soon: it would begin so soon that it may hold locks meanwhile.
local function may_be_reserved(place, holding, locks, soon)
  if holding == 'q' then return false end
  if locks then return soon end
  return tonumber(place) >= (RECOVERED + 1) * RANK
end

-- By id, of jobs that may be met: how long a unique key is held, the keys of its locks, false where it needs none, and whether
-- its end leaves more to do than that of others.
local holdings, needs, specials = {}, {}, {}

-- Looks at all jobs from here on whose bodies are known: what there is to read of their locks is read at once.
local function look_ahead(line, from)
  local all = {}
  for i = from, #line do
    local id, body = line[i], bodies[line[i]]
    if not body then break end
    if needs[id] == nil and (is_special(body) or texts[id] or states[id]) then
      local keys, only = keys_of(body, unpacked(id))
      needs[id] = #keys > 0 and keys
      if not only then holdings[id], specials[id] = special_of(body), leaves_more(body) end
      for k = 1, #keys do all[#all + 1] = keys[k] end
    end
  end
  look_up(all)
end

-- What jobs become that have only been enqueued.
local fresh = {}
local function take_fresh(id, place, taking, started, locked)
  local special = specials[id] or false
  local name = (started and 1 or 0) + (special and 2 or 0) + (locked and 4 or 0)
  local taken = fresh[name]
  if not taken then
    taken = taken_state(taking.claim, taking.instance, started, special, locked)
    fresh[name] = taken
  end
  add(taken.key, place, id)
  put_text(id, taken.text)
  states[id] = nil
end

local function take(id, state, place, taking, started)
  state[RUN] = state[RUN] + 1
  state[CLAIM] = taking.claim
  state[HOLDER] = taking.instance
  if started then
    state[STATE] = 'r'
    state[ATTEMPT] = state[ATTEMPT] + 1
    state[STARTED] = NOW
    add(Q .. 'run:' .. taking.instance, place, id)
  else
    state[STATE] = 'v'
    add(Q .. 'held:' .. taking.instance, place, id)
  end
  changed[id] = true
end

-- Whether the claim goes on behind this job; if not, whether it has ended, and whether it held back.
local function meet(id, place, key, taking)
  if needs[id] == nil then look_ahead(taking.line, taking.at) end
  local holding, keys = holdings[id], needs[id]
  local started = #taking.ids < taking.starts
  if not started and not may_be_reserved(place, holding, keys, #taking.ids < taking.soon) then return false, false, true end
  local used = taking.used + input_bytes(bodies[id])
  if used > taking.room and (taking.any or #taking.ids > 0) then return false, true, false end
  if keys then
    local word = admit(id, keys, place, key, taking.wanted)
    if word ~= 'runs' then
      taking[word] = taking[word] + 1
      return word ~= 'unknown', false, false
    end
  end
  taking.used = used
  remove(key, id)
  if holding == 'q' then free_key(id) end
  local state = unpacked(id)
  if state then
    take(id, state, place, taking, started)
  else
    take_fresh(id, place, taking, started, keys and true or false)
  end
  if keys then take_locks(id, state, keys) end
  taking.ids[#taking.ids + 1] = id
  return true
end
