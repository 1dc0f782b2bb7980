-- put_schedule: makes a schedule or changes it, where nobody has since it was read.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { name, revision as read or 0, new revision, queue, task, timing, definition, retry delay, time, active or '' }
-- Returns: packed { whether it was done }
local name, expected, revision, queue, task, timing, definition, retry, time, active = unpack(cmsgpack.unpack(ARGV[1]))
local state = schedule_of(name)
if (state and state[REVISION] or 0) ~= expected then return cmsgpack.pack({ false }) end
local texts = state and cmsgpack.unpack(call('HGET', TEXTS, name))
state = state or { 0, 0, true, false, NOW, false, false, 0, 0, '' }
if not texts or texts[2] ~= timing then
  state[EPOCH] = revision
  state[NEXT] = time
end
state[REVISION], state[QUEUE], state[RETRY] = revision, queue, retry
if active ~= '' then state[ACTIVE] = active end
store_schedule(name, state)
call('HSET', TEXTS, name, cmsgpack.pack({ task, timing, definition }))
call('ZADD', NAMES, 0, name)
look_at(name, state[ACTIVE] and state[NEXT])
return cmsgpack.pack({ true })
