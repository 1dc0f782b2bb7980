-- change_schedule: changes what is active or when it is next due, where nobody has changed it since it was read.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { name, revision as read, new revision, active or '', whether it gets another time, that time }
-- Returns: packed { whether it was done }
local name, expected, revision, active, retimed, time = unpack(cmsgpack.unpack(ARGV[1]))
local state = schedule_of(name)
if not state or state[REVISION] ~= expected then return cmsgpack.pack({ false }) end
state[REVISION] = revision
if active ~= '' then state[ACTIVE] = active end
if retimed then
  state[EPOCH] = revision
  state[NEXT] = time
end
store_schedule(name, state)
look_at(name, state[ACTIVE] and state[NEXT])
return cmsgpack.pack({ true })
