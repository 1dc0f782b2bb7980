-- enqueue: stores jobs, in order, all or none.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { client or false, number, part, specs, batches, channel, wake or false }, see lib/enqueue.lua
-- Returns: packed { exceptions, due, woken, watched }; an exception is { position, outcome, id }
local client, number, part, specs, batches, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))

-- Whether somebody is to be woken: not where all was handed over.
local function some_left()
  local waiting = call('HRANDFIELD', Q .. 'waiting', 1, 'WITHVALUES')
  if not waiting[1] or hand_over()(waiting[1], waiting[2]) == 0 then return true end
  -- A job of the past has a state from the beginning.
  for b = 1, #batches do
    if due_at(batches[b][2]) ~= NOW then return true end
  end
  local ids = ids_of(batches)
  for i = 1, #ids do
    if not texts[ids[i]] then return true end
  end
  return false
end

local exceptions = recall(client, part, number, 256)
local due = false
if not exceptions then
  exceptions = enqueue_all(specs, batches)
  flush()
  if made then made.hand_on() end
  if made then made.tell_turns() end
  due = due_change()
  remember(client, part, number, 256, exceptions)
  if woken and wake then woken = some_left() end
  if due then woken = true end
  if woken and wake then call('PUBLISH', channel, wake) end
else
  due = due_now()
end
return cmsgpack.pack({ exceptions, due, woken, call('EXISTS', Q .. 'watch') == 1 })
