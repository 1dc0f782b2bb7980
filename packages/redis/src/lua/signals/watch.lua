-- watch: replies of this queue say `watched` for so many ms.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { ttl in ms }
-- Returns: packed {}
local ttl = unpack(cmsgpack.unpack(ARGV[1]))
if ttl > call('PTTL', Q .. 'watch') then call('SET', Q .. 'watch', 1, 'PX', ttl) end
return cmsgpack.pack({})
