-- beat: extends a worker's lease.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { instance }
-- Returns: packed { registered, its queues, ms until the next job is due or false, watched }
local instance = unpack(cmsgpack.unpack(ARGV[1]))
local worker = worker_of(instance)
if worker then call('ZADD', LEASES, NOW + worker[6], instance) end
return cmsgpack.pack({ worker and true or false, worker and worker[4] or {}, next_due_in(), call('EXISTS', G .. 'watch') == 1 })
