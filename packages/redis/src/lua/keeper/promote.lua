-- promote: moves scheduled jobs that are due into their queue's order, in due order.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { limit, channel, wake or false }
-- Returns: packed { count, { version, time of the next that is due, or false }, woken, now }
local limit, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))
local found = call('ZRANGEBYSCORE', SCHEDULED, '-inf', '(' .. string.format('%.0f', NOW + 1), 'WITHSCORES', 'LIMIT', 0, limit)
local ids = {}
for i = 1, #found, 2 do ids[#ids + 1] = found[i] end
if #ids > 0 then
  load_jobs(ids)
  for i = 1, #ids do
    local id = ids[i]
    local state = states[id]
    if not state then
      state = new_state('s', math.floor(tonumber(found[2 * i])), leaves_more(bodies[id]))
      states[id] = state
    end
    leave(id, state)
    local spec = spec_of(id)
    state[STATE] = 'q'
    queue_up(id, spec.priority * RANK + next_order(), spec.lane)
  end
end
finish_step(channel, wake)
return cmsgpack.pack({ #ids, due_now(), woken, NOW })
