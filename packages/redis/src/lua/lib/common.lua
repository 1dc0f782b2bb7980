-- What every script begins with that concerns no single queue. KEYS[1] is the tag that their keys begin with, '{prefix}:'.
local call = redis.call
local G = KEYS[1]
local WORKERS, IDS, LEASES, DUE, VERSIONS = G .. 'workers', G .. 'ids', G .. 'leases', G .. 'due', G .. 'due-versions'
local clock = call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- Milliseconds until the next scheduled job of any queue is due; false where there is none.
local function next_due_in()
  local head = call('ZRANGE', DUE, 0, 0, 'WITHSCORES')[2]
  return head and math.max(0, tonumber(head) - NOW) or false
end

-- A worker is kept as { its id, host, pid, queues, lanes, lease in ms }.
local function worker_of(instance)
  local packed = call('HGET', WORKERS, instance)
  return packed and cmsgpack.unpack(packed)
end

-- Off the list; what it holds is recovered like a dead worker's.
local function strike(instance)
  local worker = worker_of(instance)
  if not worker then return end
  call('HDEL', WORKERS, instance)
  if call('HGET', IDS, worker[1]) == instance then call('HDEL', IDS, worker[1]) end
  call('ZADD', LEASES, 'XX', 0, instance)
end

-- Whether a worker is registered, under which id: a repeated request gets the first answer.
local function registration_of(instance, client, number)
  local key, slot = G .. 'answers:' .. client, number % 32
  local found = call('HGET', key, slot)
  if found then
    local answer = cmsgpack.unpack(found)
    if answer[1] == number then return answer[2] end
  end
  local worker = worker_of(instance)
  call('HSET', key, slot, cmsgpack.pack({ number, worker and worker[1] or false }))
  call('PEXPIRE', key, 60000)
  return worker and worker[1] or false
end
