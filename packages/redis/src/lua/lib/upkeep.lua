-- The end of every script that moves jobs by itself: writes, and tells what others should know.
-- Answers the change of the next due time, and whether jobs can be claimed that could not.
local function finish_step(channel, wake)
  flush()
  offer_freed()
  tell_turns()
  local due = due_change()
  if due then woken = true end
  if woken and wake then call('PUBLISH', channel, wake) end
  return due
end
