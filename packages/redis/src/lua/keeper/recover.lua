-- recover: takes the jobs of workers that are gone, in one queue.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { instances, limit, error, its time, keep of failed, keep of cancelled, channel, wake or false }
-- Returns: packed { count, drained instances, due, woken }
local instances, limit, problem, time, keep_failed, keep_cancelled, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))

local function interrupt(id, state)
  local details = details_of(id, state)
  add_error(details, problem, time, state[ATTEMPT])
  store_details(id, state, details)
  local max = max_of(id, state)
  if state[CANCEL] then
    finish(id, state, 'x', keep_of(id, state, 'x') or keep_cancelled)
  elseif max and state[ATTEMPT] >= max then
    finish(id, state, 'f', keep_of(id, state, 'f') or keep_failed)
  else
    restore(id, state, RECOVERED)
  end
end

local count, drained = 0, {}
for i = 1, #instances do
  local run, held = Q .. 'run:' .. instances[i], Q .. 'held:' .. instances[i]
  for _, key in ipairs({ run, held }) do
    local ids = limit > count and call('ZRANGE', key, 0, limit - count - 1) or {}
    load_jobs(ids)
    for j = 1, #ids do
      local state = states[ids[j]]
      if key == run then
        interrupt(ids[j], state)
      elseif state[CANCEL] then
        finish(ids[j], state, 'x', keep_of(ids[j], state, 'x') or keep_cancelled)
      else
        restore(ids[j], state, nil, true)
      end
    end
    count = count + #ids
  end
  flush()
  if call('EXISTS', run, held) == 0 then
    for _, key in ipairs({ HOLDERS, Q .. 'waiting', Q .. 'handed' }) do call('HDEL', key, instances[i]) end
    drained[#drained + 1] = instances[i]
  end
end
local due = finish_step(channel, wake)
return cmsgpack.pack({ count, drained, due, woken })
