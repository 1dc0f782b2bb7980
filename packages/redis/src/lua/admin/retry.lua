-- retry: final jobs join the end of their line again, with at least one more attempt.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { ids, channel, wake or false }
-- Returns: packed { a letter for each: d done, u unchanged, c its unique key is another's, - unknown; due, woken }
local ids, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))
load_jobs(ids)

-- A key that was given up at the claim stays given up; a window that ended is not opened again.
local function regain_key(id, state)
  local holding, window, key = special_of(body_of(id))
  if not key or key == '-' or (holding == 'q' and state[RUN] > 0) then return true end
  local holder = call('GET', scope(id, key))
  if holder and holder ~= id then return false end
  if holding ~= 'w' then take_key(id, holding, window, key) end
  return true
end

local verdicts = each(ids, function(id)
  local state = living(id)
  if not state then return '-' end
  if not state[FINISHED] then return 'u' end
  if not regain_key(id, state) then return 'c' end
  local max = max_of(id, state)
  if max and max <= state[ATTEMPT] then state[MAX] = state[ATTEMPT] + 1 end
  state[POSTPONES] = 0
  if state[DETAILED] then
    local details = details_of(id, state)
    details[3] = false
    store_details(id, state, details)
  end
  place(id, state, NOW)
  state[FINISHED] = false
  state[SHELF] = false
  return 'd'
end)
return cmsgpack.pack({ verdicts, finish_step(channel, wake), woken })
