-- pause: pauses a queue, or resumes it.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { paused }
-- Returns: packed {}
if unpack(cmsgpack.unpack(ARGV[1])) then call('HSET', META, 'paused', 1) else call('HDEL', META, 'paused') end
return cmsgpack.pack({})
