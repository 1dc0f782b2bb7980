-- join: lets a worker claim from a queue, or ('') no more; what it holds stays with it.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { instance, worker's id or '' }
-- Returns: packed { handed }: { claim, ids } of what the worker was handed last, or false: see lib/wait.lua
local instance, worker = unpack(cmsgpack.unpack(ARGV[1]))
if worker ~= '' or call('HEXISTS', HOLDERS, instance) == 1 then call('HSET', HOLDERS, instance, worker) end
local handed = worker == '' and end_waiting(instance)
if worker == '' then call('HDEL', Q .. 'handed', instance) end
return cmsgpack.pack({ handed })
