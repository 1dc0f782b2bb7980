-- extend_locks: an acquisition holds on.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { acquisition, ms }
-- Returns: packed { the keys that it still holds }
local acquisition, ttl = unpack(cmsgpack.unpack(ARGV[1]))
local kept = {}
for _, key in ipairs(call('SMEMBERS', LK .. 'got:' .. acquisition)) do
  local until_then = call('HGET', LK .. 'held:' .. key, acquisition)
  if ends_after_now(until_then) then
    kept[#kept + 1] = key
    if until_then ~= '0' then
      call('HSET', LK .. 'held:' .. key, acquisition, string.format('%.0f', NOW + ttl))
      call('ZADD', LK .. 'until', NOW + ttl, acquisition .. key)
    end
  end
end
table.sort(kept)
return cmsgpack.pack({ kept })
