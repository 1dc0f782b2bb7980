-- unregister: takes a worker off the list.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { instance }
-- Returns: packed { queues that it had joined }
local instance = unpack(cmsgpack.unpack(ARGV[1]))
strike(instance)
return cmsgpack.pack({ call('SMEMBERS', G .. 'joined:' .. instance) })
