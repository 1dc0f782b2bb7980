-- fire_schedules: makes the jobs of due times that have none yet.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { { { name, revision, epoch, { { time, job }, ... } }, ... }, specs, channel, wake or false }, jobs and
--   specs as in lib/enqueue.lua
-- Returns: packed { for each: a later revision or false, how many of its first jobs were there already, the id of the last;
--   exceptions, due, woken, watched }, exceptions as "enqueue" answers them, of the jobs that were not left out
local firings, texts, channel, wake = unpack(cmsgpack.unpack(ARGV[1]))
local answers, jobs, ends = {}, {}, {}
for i, firing in ipairs(firings) do
  local name, revision, epoch, times = unpack(firing)
  local fired = fired_of(name)
  if fired[1] > revision then
    answers[i] = { fired[1], #times, false }
  else
    local known = 0
    while known < #times and fired[2] == epoch and fired[3] and times[known + 1][1] <= fired[3] do known = known + 1 end
    for n = known + 1, #times do jobs[#jobs + 1] = times[n][2] end
    answers[i] = { false, known, fired[4] }
    if known < #times then ends[#jobs] = { i, { revision, epoch, times[#times][1], times[#times][2][1] } } end
  end
end
local exceptions = #jobs > 0 and enqueue_all(texts, jobs) or {}
flush()
for i = 1, #exceptions do
  local last = ends[exceptions[i][1]]
  if last then last[2][4] = exceptions[i][3] end
end
for _, last in pairs(ends) do
  local i, fired = unpack(last)
  note_fired(firings[i][1], fired)
  answers[i][3] = fired[4]
end
local due = due_change()
if due then woken = true end
if woken and wake then call('PUBLISH', channel, wake) end
return cmsgpack.pack({ answers, exceptions, due, woken, call('EXISTS', Q .. 'watch') == 1 })
