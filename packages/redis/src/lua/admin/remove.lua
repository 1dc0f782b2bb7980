-- remove: deletes jobs; running ones are to be cancelled, and leave nothing when they end.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { ids, channel, wake or false }
-- Returns: packed { a letter for each: d done, r requested, - unknown; due, woken }
local ids, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))
load_jobs(ids)
local verdicts = each(ids, function(id)
  local state = living(id)
  if not state then return '-' end
  if may_have_begun(state) then
    state[REMOVED] = true
    state[CANCEL] = state[CANCEL] or 0
    changed[id] = true
    return 'r'
  end
  erase(id, state)
  return 'd'
end)
return cmsgpack.pack({ verdicts, finish_step(channel, wake), woken })
