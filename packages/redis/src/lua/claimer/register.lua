-- register: makes a worker known, with a lease.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { instance, worker, instance to evict or false, beatAge }; see lib/common.lua for a worker
-- Returns: packed { false, queues that the evicted one had joined }, or { holder: instance, host, pid, beatAge }
local instance, worker, evicted, beat_age = unpack(cmsgpack.unpack(ARGV[1]))
local holder = call('HGET', IDS, worker[1])
local left = {}
if holder and holder ~= instance then
  local other = worker_of(holder)
  local age = NOW - (tonumber(call('ZSCORE', LEASES, holder) or 0) - other[6])
  if holder ~= evicted or age < beat_age then return cmsgpack.pack({ holder, other[2], other[3], age }) end
  left = call('SMEMBERS', G .. 'joined:' .. holder)
  strike(holder)
end
call('HSET', WORKERS, instance, cmsgpack.pack(worker))
call('HSET', IDS, worker[1], instance)
call('ZADD', LEASES, NOW + worker[6], instance)
for _, queue in ipairs(worker[4]) do call('SADD', G .. 'joined:' .. instance, queue) end
return cmsgpack.pack({ false, left })
