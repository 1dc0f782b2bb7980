-- seize_locks: takes locks away from owners by name, not from runs.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { keys, channel, message that tells of it }
-- Returns: packed { the keys taken }
local keys, channel, message = unpack(cmsgpack.unpack(ARGV[1]))
local taken = {}
for i = 1, #keys do
  local owner = holder_of(keys[i])
  if owner and not is_run(owner) then
    drop(keys[i])
    taken[#taken + 1] = keys[i]
  end
end
if #freed > 0 then call('PUBLISH', channel, message) end
offer_freed()
tell_turns()
return cmsgpack.pack({ taken })
