-- Claims for a worker that waits, and tells it: see lib/wait.lua. Answers how many these are.
-- The message: packed { instance, claim, name of the queue, the worker's id, jobs, see lib/tell.lua }

-- Beyond so many bytes of input a message has one job.
local ROOM = 65536

local function hand_to(instance, waiting)
  local claim, lanes, limit, name, channel, worker = unpack(cmsgpack.unpack(waiting))
  local ears = redis.pcall('PUBSUB', 'NUMSUB', channel)
  if ears.err or ears[2] == 0 then
    call('HDEL', Q .. 'waiting', instance)
    call('HDEL', Q .. 'handed', instance)
    return 0
  end
  local ids = claim_jobs(instance, { claim, lanes, limit, limit, 0, ROOM, false })
  if #ids == 0 then return 0 end
  flush()
  call('HDEL', Q .. 'waiting', instance)
  call('HSET', Q .. 'handed', instance, cmsgpack.pack({ claim, ids }))
  -- Where the user of who enqueues may not publish there, it is as if the message were lost: they have been handed over.
  redis.pcall('PUBLISH', channel, cmsgpack.pack({ instance, claim, name, worker, tell(ids, claim) }))
  return #ids
end

return hand_to
