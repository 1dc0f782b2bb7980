-- enqueue: stores jobs, in order, all or none.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { client or false, number, part, specs, jobs, channel, wake or false }, see lib/enqueue.lua
-- Returns: packed { exceptions, due, woken, watched }; an exception is { position, outcome, id }
local client, number, part, texts, jobs, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))
local exceptions = recall(client, part, number, 256)
local due = false
if not exceptions then
  exceptions = enqueue_all(texts, jobs)
  flush()
  offer_freed()
  due = due_change()
  remember(client, part, number, 256, exceptions)
  if due then woken = true end
  if woken and wake then call('PUBLISH', channel, wake) end
else
  due = due_now()
end
return cmsgpack.pack({ exceptions, due, woken, call('EXISTS', Q .. 'watch') == 1 })
