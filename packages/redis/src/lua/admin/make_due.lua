-- make_due: scheduled jobs become due now, behind what is due.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { ids, channel, wake or false }
-- Returns: packed { a letter for each: d done, u unchanged, - unknown; due, woken }
local ids, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))
load_jobs(ids)
local verdicts = each(ids, function(id)
  local state = living(id)
  if not state then return '-' end
  if state[STATE] ~= 's' then return 'u' end
  place(id, state, NOW)
  return 'd'
end)
return cmsgpack.pack({ verdicts, finish_step(channel, wake), woken })
