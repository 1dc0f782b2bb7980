-- advance_schedules: schedules move on from times whose jobs their queue has made.
-- KEYS[1]: the tag of what concerns no single queue
-- ARGV[1]: packed { { name, revision, epoch, time decided on, next time, last time or false, its job or false, count, barred
--   or false }, ... }; without a last time they are skipped; barred: the queue knows of a later revision
-- Returns: packed { a letter for each: f it moved on, s it was stale }
local verdicts = {}
for i, message in ipairs(cmsgpack.unpack(ARGV[1])) do
  local name, revision, epoch, from, following, last, job, count, barred = unpack(message)
  local state = schedule_of(name)
  verdicts[i] = 's'
  if state and barred then
    -- Who changed it told the queue first, and may not have lived to come here.
    if state[REVISION] < barred then
      state[REVISION] = barred
      store_schedule(name, state)
      look_at(name, state[ACTIVE] and state[NEXT])
    end
  elseif state and state[EPOCH] == epoch and state[NEXT] == from and (last or state[REVISION] == revision) then
    state[NEXT] = following
    if last then
      state[LAST], state[LAST_JOB] = last, job
      state[RUNS] = state[RUNS] + count
    end
    store_schedule(name, state)
    look_at(name, state[ACTIVE] and following)
    verdicts[i] = 'f'
  end
end
return cmsgpack.pack({ table.concat(verdicts) })
