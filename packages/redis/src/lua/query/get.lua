-- get: all that can be seen of one job.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { id }
-- Returns: packed { view }, or { false }
local id = unpack(cmsgpack.unpack(ARGV[1]))
local state = living(id)
return cmsgpack.pack({ state and view(id, state) or false })
