-- take_schedules: takes schedules that are due; each goes to no other before its retry delay has passed.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { limit, bytes }
-- Returns: packed { now, ms until the next may be taken or false, schedules }
local limit, room = unpack(cmsgpack.unpack(ARGV[1]))
local names = call('ZRANGEBYSCORE', LOOK, '-inf', string.format('%.0f', NOW), 'LIMIT', 0, limit)
local taken, bytes = {}, 0
for i = 1, #names do
  if bytes >= room then break end
  local one = show_schedules({ names[i] })[1]
  bytes = bytes + #one[3][3]
  look_at(names[i], NOW + one[2][RETRY])
  taken[i] = one
end
local head = call('ZRANGE', LOOK, 0, 0, 'WITHSCORES')[2]
return cmsgpack.pack({ NOW, head and math.max(0, tonumber(head) - NOW) or false, taken })
