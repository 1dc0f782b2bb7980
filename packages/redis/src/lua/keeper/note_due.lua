-- note_due: when queues' next jobs are due; a note that is older than what is known changes nothing.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { { queue, version, time or false }, ... }
-- Returns: packed { ms until the next job of any queue is due or false, queues that are due now }
for _, note in ipairs(cmsgpack.unpack(ARGV[1])) do
  local queue, version, time = unpack(note)
  if version > tonumber(call('HGET', VERSIONS, queue) or -1) then
    call('HSET', VERSIONS, queue, version)
    if time then call('ZADD', DUE, time, queue) else call('ZREM', DUE, queue) end
  end
end
return cmsgpack.pack({ next_due_in(), call('ZRANGEBYSCORE', DUE, '-inf', string.format('%.0f', NOW), 'LIMIT', 0, 100) })
