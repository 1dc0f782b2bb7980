-- get_schedule: a schedule, and the clock in microseconds.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { name }
-- Returns: packed { microseconds, schedules }, see lib/schedules.lua
local name = cmsgpack.unpack(ARGV[1])[1]
return cmsgpack.pack({ clock[1] * 1000000 + clock[2], show_schedules({ name }) })
