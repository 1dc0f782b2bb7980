-- cancel: ends jobs that do not run, and asks for the end of those that do.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { ids, channel, wake or false, keep of cancelled }
-- Returns: packed { a letter for each: d done, r requested, u unchanged, - unknown; due, woken }
local ids, channel, wake, keep = unpack(cmsgpack.unpack(ARGV[1]))
load_jobs(ids)
local verdicts = each(ids, function(id)
  local state = living(id)
  if not state then return '-' end
  if state[FINISHED] then return 'u' end
  if may_have_begun(state) then
    state[CANCEL] = state[CANCEL] or keep
    changed[id] = true
    return 'r'
  end
  finish(id, state, 'x', keep_of(id, state, 'x') or keep)
  return 'd'
end)
return cmsgpack.pack({ verdicts, finish_step(channel, wake), woken })
