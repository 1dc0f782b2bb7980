-- tend_locks: ends locks whose time is over, and lets turns pass on that no claim took.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { how long a turn lasts, in ms, at most so many of each }
-- Returns: packed {}
local turn, limit = unpack(cmsgpack.unpack(ARGV[1]))
for _, member in ipairs(call('ZRANGEBYSCORE', LK .. 'until', '-inf', string.format('%.0f', NOW), 'LIMIT', 0, limit)) do
  let_go(string.sub(member, 1, 36), string.sub(member, 37))
end
for _, place in ipairs(call('ZRANGEBYSCORE', LK .. 'turns', '-inf', string.format('%.0f', NOW - turn), 'LIMIT', 0, limit)) do
  local keys = wait_of(place)[6]
  out_of_line(place, keys)
  for i = 1, #keys do freed[#freed + 1] = keys[i] end
end
offer_freed()
tell_turns()
return cmsgpack.pack({})
