-- bar_schedule: from now on decisions on earlier revisions of a schedule make no job here.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { name, revision, what another queue knew of it or false, ms after which this queue forgets it or 0 }
-- Returns: packed { what this queue knows }, see lib/fired.lua
local name, revision, moved, forget = unpack(cmsgpack.unpack(ARGV[1]))
local fired = fired_of(name)
if moved and moved[2] > fired[2] or moved and moved[2] == fired[2] and (moved[3] or 0) > (fired[3] or 0) then fired = moved end
fired[1] = math.max(fired[1], revision)
note_fired(name, fired)
if forget > 0 then call('PEXPIRE', fired_key(name), forget) end
return cmsgpack.pack({ fired })
