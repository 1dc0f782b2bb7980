-- release_locks: an acquisition gives up keys.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { acquisition, keys or false: all, channel, message that tells of it }
-- Returns: packed { how many it held }
local acquisition, keys, channel, message = unpack(cmsgpack.unpack(ARGV[1]))
local count = 0
for _, key in ipairs(keys or call('SMEMBERS', LK .. 'got:' .. acquisition)) do
  if let_go(acquisition, key) then count = count + 1 end
end
if #freed > 0 then call('PUBLISH', channel, message) end
offer_freed()
tell_turns()
return cmsgpack.pack({ count })
