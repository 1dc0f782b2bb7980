-- Stores jobs, in order. A batch is { number of its spec in `specs`, due, ids, tails of their bodies, while, window, key,
-- onConflict }: jobs that are alike but for these two; what has a unique key, locks or headers is a batch of its own. due is a
-- delay, or an instant where it is below 0 (then -1 - instant). What concerns unique keys is lib/unique.lua's.

local function lane_and_rank(spec)
  local lane, _, priority = string.match(spec, '^([^%z]*)%z([^%z]*)%z([^%z]*)%z')
  return lane, tonumber(priority) * RANK
end

local function ids_of(batches)
  if #batches == 1 then return batches[1][3] end
  local ids = {}
  for b = 1, #batches do
    for i = 1, #batches[b][3] do ids[#ids + 1] = batches[b][3][i] end
  end
  return ids
end

-- Puts due jobs that differ in nothing but their ids and tails at the end of their lane; false where one of them is there already.
local function queue_new(there, at, ids, tails, head, rank, lane, values)
  local count = #ids
  for i = 1, count do
    if there[at + i] then return false end
  end
  local key = lane_key_of(lane)
  local places = added_in(key)
  local v, p = #values, #places
  local last = next_order()
  order = last + count - 1
  for i = 1, count do
    local id = ids[i]
    values[v + 1], values[v + 2] = id, head .. tails[i]
    places[p + 1], places[p + 2] = rank + last + i - 1, id
    added_to[id] = key
    texts[id], states[id] = nil, nil
    v, p = v + 2, p + 2
  end
  woken = true
  return true
end

-- Answers { position, outcome, id } of every job that was not created.
local function enqueue_all(specs, batches)
  local numbers, exceptions, values, at = {}, {}, {}, 0
  for i = 1, #specs do numbers[i] = intern(specs[i]) end
  local there = fields_of(JOBS, ids_of(batches))
  for b = 1, #batches do
    local batch = batches[b]
    local spec, number, ids, tails = specs[batch[1]], numbers[batch[1]], batch[3], batch[4]
    local special = number == '0' or string.byte(tails[1]) == 32
    local lane, rank = lane_and_rank(spec)
    local head = (special and '*' or '') .. number .. ' ' .. NOW_TEXT
    local due = due_at(batch[2])
    -- Most are: nothing is to be asked job by job.
    local plain = not batch[5] and number ~= '0' and due == NOW
    if plain and queue_new(there, at, ids, tails, head, rank, lane, values) then
      at = at + #ids
      ids = {}
    end
    for i = 1, #ids do
      local id = ids[i]
      at = at + 1
      local outcome
      if there[at] then
        outcome = { 'existing', id }
      elseif batch[5] then
        outcome = rest().collide(spec, batch)
      end
      if outcome then
        exceptions[#exceptions + 1] = { at, outcome[1], outcome[2] }
      else
        if number == '0' then call('HSET', SPECS, '=' .. id, spec) end
        local body = head .. tails[i]
        if batch[5] then
          -- A later job of this request may meet it.
          call('HSET', JOBS, id, body)
          bodies[id] = body
          rest().take_key(id, batch[5], batch[6], batch[7])
        else
          local count = #values
          values[count + 1] = id
          values[count + 2] = body
        end
        if due > NOW then
          schedule(id, due)
        else
          queue_up(id, rank + next_order(), lane)
          texts[id], states[id] = nil, nil
          -- A time in the past.
          if due ~= NOW then put_text(id, cmsgpack.pack(new_state('q', due, special))) end
        end
        if batch[5] then flush_sets() end
      end
    end
  end
  in_chunks('HSET', JOBS, values)
  return exceptions
end
