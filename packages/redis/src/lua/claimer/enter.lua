-- enter: notes that a worker is about to claim from one more queue.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { instance, queue, client, number of the request }
-- Returns: packed { the worker's id, or false where it is not registered or its lease ran out }
local instance, queue, client, number = unpack(cmsgpack.unpack(ARGV[1]))
local worker = registration_of(instance, client, number)
if not worker or tonumber(call('ZSCORE', LEASES, instance) or 0) <= NOW then return cmsgpack.pack({ false }) end
call('SADD', G .. 'joined:' .. instance, queue)
return cmsgpack.pack({ worker })
