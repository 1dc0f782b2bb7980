-- dead: workers whose lease ran out or who were struck off, with the queues that they had joined.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { limit }
-- Returns: packed { { instance, end of its lease, queues }, ... }
local limit = unpack(cmsgpack.unpack(ARGV[1]))
local dead = {}
local found = call('ZRANGEBYSCORE', LEASES, '-inf', string.format('%.0f', NOW), 'WITHSCORES', 'LIMIT', 0, limit)
for i = 1, #found, 2 do
  dead[#dead + 1] = { found[i], tonumber(found[i + 1]), call('SMEMBERS', G .. 'joined:' .. found[i]) }
end
return cmsgpack.pack({ dead })
