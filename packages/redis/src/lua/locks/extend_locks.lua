-- extend_locks: an acquisition holds on.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { acquisition, ms }
-- Returns: packed { the keys that it still holds }
local acquisition, ttl = unpack(cmsgpack.unpack(ARGV[1]))
local kept = {}
for _, key in ipairs(call('SMEMBERS', LK .. 'got:' .. acquisition)) do
  local hold = hold_of(key)
  local at = place_in(hold, acquisition)
  if at and ends_after_now(hold[at + 1]) then
    kept[#kept + 1] = key
    if hold[at + 1] > 0 then
      hold[at + 1] = NOW + ttl
      put_hold(key, hold)
      call('ZADD', LK .. 'until', NOW + ttl, acquisition .. key)
    end
  end
end
store_locks()
table.sort(kept)
return cmsgpack.pack({ kept })
