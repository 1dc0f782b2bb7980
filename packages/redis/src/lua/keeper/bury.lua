-- bury: forgets dead workers that hold nothing any more, unless they have beaten since.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { { instance, end of its lease as it was seen }, ... }
-- Returns: packed {}
for _, pair in ipairs(cmsgpack.unpack(ARGV[1])) do
  local instance, seen = unpack(pair)
  if tonumber(call('ZSCORE', LEASES, instance) or -1) == seen then
    strike(instance)
    call('ZREM', LEASES, instance)
    call('DEL', G .. 'joined:' .. instance)
  end
end
return cmsgpack.pack({})
