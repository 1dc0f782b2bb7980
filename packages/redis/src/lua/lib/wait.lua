-- Workers that wait: an enqueue may hand them what comes next, see lib/hand_over.lua.
--
-- waiting: by instance packed { claim, lanes, how many, name of the queue, channel, the worker's id }: what it is handed is in this claim's hands
-- handed: by instance packed { claim, ids }: what it was handed last

local function begin_waiting(instance, waiting)
  call('HSET', Q .. 'waiting', instance, cmsgpack.pack(waiting))
end

-- Answers what the worker was handed last, where it waits no more; else false.
local function end_waiting(instance)
  if call('HDEL', Q .. 'waiting', instance) == 1 then return false end
  local handed = call('HGET', Q .. 'handed', instance)
  return handed and cmsgpack.unpack(handed)
end
