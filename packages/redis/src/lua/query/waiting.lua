-- waiting: the lanes of a queue in which jobs wait.
-- KEYS[1]: the queue's tag
-- Returns: packed { lanes }
local waiting = {}
for _, lane in ipairs(call('SMEMBERS', LANES)) do
  if call('EXISTS', Q .. 'lane:' .. lane) == 1 then waiting[#waiting + 1] = lane end
end
return cmsgpack.pack({ waiting })
