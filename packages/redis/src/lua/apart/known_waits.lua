-- known_waits: on a cluster, whether jobs stand in line.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { job, ... }
-- Returns: packed { a digit for each: 0 no, 1 yes }
local found = fields_of(PLACES, cmsgpack.unpack(ARGV[1]))
local verdicts = {}
for i = 1, #found do verdicts[i] = found[i] and '1' or '0' end
return cmsgpack.pack({ table.concat(verdicts) })
