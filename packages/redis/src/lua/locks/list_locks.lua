-- list_locks: some of the locks that are held.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { owner or false, keys or false: of an owner those that may be its run's own; of all locks a cursor, '0' first }
-- Returns: packed { locks in no order, the next cursor, '0' where these are the last }; a lock is
--   { key, owner, fence, end in ms or false }
local owner, keys, cursor = unpack(cmsgpack.unpack(ARGV[1]))
if owner then return cmsgpack.pack({ list_owned(owner, keys or {}), '0' }) end
if keys then return cmsgpack.pack({ list_locks(keys), '0' }) end
local page = call('HSCAN', HELD, cursor, 'COUNT', 500)
local found = {}
for i = 1, #page[2], 2 do
  found[#found + 1] = page[2][i]
  holds[page[2][i]] = page[2][i + 1]
end
return cmsgpack.pack({ list_locks(found), page[1] })
