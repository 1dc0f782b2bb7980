-- check: which leases are lost, and which of their jobs are to be cancelled.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { leases }; a lease is { id, run, claim }
-- Returns: packed { a digit for each: 0 held, 1 lost, 2 to be cancelled; paused }
local leases = unpack(cmsgpack.unpack(ARGV[1]))
load_all({ leases })
local verdicts = each(leases, function(lease)
  local state = fenced(lease[1], lease[2], lease[3])
  if not state then return '1' end
  return state[CANCEL] and '2' or '0'
end)
return cmsgpack.pack({ verdicts, call('HEXISTS', META, 'paused') == 1 })
