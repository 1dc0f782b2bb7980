-- workers: the registered workers whose lease lives.
-- KEYS[1]: the tag of what concerns no single queue
-- Returns: packed { { instance, worker, beatAge }, ... }
local alive = {}
local found = call('ZRANGEBYSCORE', LEASES, '(' .. string.format('%.0f', NOW), '+inf', 'WITHSCORES')
for i = 1, #found, 2 do
  local worker = worker_of(found[i])
  if worker then alive[#alive + 1] = { found[i], worker, NOW - (tonumber(found[i + 1]) - worker[6]) } end
end
return cmsgpack.pack({ alive })
