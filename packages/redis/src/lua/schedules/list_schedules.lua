-- list_schedules: a page by name.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { the last name of the page before or '', limit }
-- Returns: packed { more, schedules }
local after, limit = unpack(cmsgpack.unpack(ARGV[1]))
local names = call('ZRANGEBYLEX', NAMES, '(' .. after, '+', 'LIMIT', 0, limit + 1)
local more = #names > limit
if more then table.remove(names) end
return cmsgpack.pack({ more, show_schedules(names) })
