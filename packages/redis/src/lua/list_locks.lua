-- list_locks: a page of the locks that are held.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { owner or false, keys or false, limit, the key behind which to begin }
-- Returns: packed { locks }, see acquire_locks
return cmsgpack.pack({ list_locks(unpack(cmsgpack.unpack(ARGV[1]))) })
