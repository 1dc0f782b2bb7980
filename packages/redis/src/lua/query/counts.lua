-- counts: how many jobs of a queue are in each state.
-- KEYS[1]: the queue's tag
-- Returns: packed { paused, scheduled, queued, blocked, running, completed, failed, cancelled }
local queued, running = 0, 0
for _, lane in ipairs(call('SMEMBERS', LANES)) do queued = queued + call('ZCARD', Q .. 'lane:' .. lane) end
for _, instance in ipairs(call('HKEYS', HOLDERS)) do
  queued = queued + call('ZCARD', Q .. 'held:' .. instance)
  running = running + call('ZCARD', Q .. 'run:' .. instance)
end
local ended = { c = 0, f = 0, x = 0 }
for _, shelf in ipairs(call('SMEMBERS', SHELVES)) do
  local word = string.sub(shelf, 1, 1)
  ended[word] = ended[word] + call('ZCARD', Q .. 'shelf:' .. shelf)
end
return cmsgpack.pack({
  call('HEXISTS', META, 'paused') == 1, call('ZCARD', SCHEDULED), queued, call('ZCARD', Q .. 'blocked'), running, ended.c, ended.f, ended.x,
})
