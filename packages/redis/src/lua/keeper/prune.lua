-- prune: deletes finished jobs past their keep, and what is left of lanes and shelves without jobs.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { limit }
-- Returns: packed { count, more }
local limit = unpack(cmsgpack.unpack(ARGV[1]))
local count, more = 0, false
for _, shelf in ipairs(call('SMEMBERS', SHELVES)) do
  local keep = tonumber(string.match(shelf, '%d+$'))
  local until_then = string.format('%.0f', NOW - keep)
  local ids = limit > count and call('ZRANGEBYSCORE', Q .. 'shelf:' .. shelf, '-inf', until_then, 'LIMIT', 0, limit - count) or {}
  load_states(ids)
  for i = 1, #ids do erase(ids[i], states[ids[i]]) end
  count = count + #ids
  flush()
  if call('ZCOUNT', Q .. 'shelf:' .. shelf, '-inf', until_then) > 0 then more = true end
  if call('EXISTS', Q .. 'shelf:' .. shelf) == 0 then call('SREM', SHELVES, shelf) end
end

local waiting = call('HLEN', HOLDERS) > 0
for _, lane in ipairs(call('SMEMBERS', LANES)) do
  if call('EXISTS', Q .. 'lane:' .. lane) == 0 then call('SREM', LANES, lane) else waiting = true end
end
-- The order has 37 bits: it begins anew, long before they are used up, at a time when nothing stands in line.
if not waiting and tonumber(call('HGET', META, 'order') or 0) > RANK / 8 then call('HDEL', META, 'order') end
return cmsgpack.pack({ count, more })
