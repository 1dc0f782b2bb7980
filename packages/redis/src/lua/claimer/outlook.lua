-- outlook: what an exchange asks that concerns no single queue.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { instance, client, number of the request }, or {} where it does not ask for the registration
-- Returns: packed { registered, ms until the next job is due or false, watched }
local instance, client, number = unpack(cmsgpack.unpack(ARGV[1]))
local registered = instance and registration_of(instance, client, number) and true or false
return cmsgpack.pack({ registered, next_due_in(), call('EXISTS', G .. 'watch') == 1 })
