-- fire_schedules: makes the jobs of due times that have none yet.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { { { name, revision, epoch, latest time, { { time, job }, ... } }, ... }, specs, channel, wake or false },
--   specs as in lib/enqueue.lua, and a job a batch of one; a firing without jobs skips its time
-- Returns: packed { for each: a later revision or false, how many of its first jobs were there already, the id of the last;
--   exceptions, due, woken, watched }, exceptions as "enqueue" answers them, of the jobs that were not left out
local firings, texts, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))
local answers, jobs, notes = {}, {}, {}
for i, firing in ipairs(firings) do
  local name, revision, epoch, latest, times = unpack(firing)
  local fired = fired_of(name)
  if fired[1] > revision then
    answers[i] = { fired[1], #times, false }
  else
    local until_now = fired[2] == epoch and fired[3] or -1
    local known = 0
    while known < #times and times[known + 1][1] <= until_now do known = known + 1 end
    for n = known + 1, #times do jobs[#jobs + 1] = times[n][2] end
    answers[i] = { false, known, fired[4] }
    if latest > until_now then
      notes[#notes + 1] = { i, { revision, epoch, latest, fired[4] }, known < #times and #jobs }
    end
  end
end
local exceptions = #jobs > 0 and enqueue_all(texts, jobs) or {}
flush()
local holders = {}
for i = 1, #exceptions do holders[exceptions[i][1]] = exceptions[i][3] end
for n = 1, #notes do
  local i, fired, at = unpack(notes[n])
  if at then fired[4] = holders[at] or jobs[at][3][1] end
  note_fired(firings[i][1], fired)
  answers[i][3] = fired[4]
end
local due = due_change()
if due then woken = true end
if woken and wake then call('PUBLISH', channel, wake) end
return cmsgpack.pack({ answers, exceptions, due, woken, call('EXISTS', Q .. 'watch') == 1 })
