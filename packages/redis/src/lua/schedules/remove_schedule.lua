-- remove_schedule: deletes a schedule, where nobody has changed it since it was read.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { name, revision as read }
-- Returns: packed { whether it was done }
local name, expected = unpack(cmsgpack.unpack(ARGV[1]))
local state = schedule_of(name)
if not state or state[REVISION] ~= expected then return cmsgpack.pack({ false }) end
call('HDEL', SCHEDULES, name)
call('HDEL', TEXTS, name)
call('ZREM', NAMES, name)
call('ZREM', LOOK, name)
return cmsgpack.pack({ true })
