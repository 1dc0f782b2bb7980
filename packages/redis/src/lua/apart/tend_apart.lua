-- tend_apart: on a cluster, ends locks whose time is over, and tells what is to be compared with the queues.
-- KEYS[1], KEYS[2]: the tag of what concerns no single queue
-- ARGV[1]: packed { how long a turn lasts, in ms, how long it may take until its queue knows of it, at most so many of each }
-- Returns: packed { turns: { tag, id, place, turns, ask, name of the queue, whether it lasts too long }, runs: { tag, id, ask } }
local turn, news, limit = unpack(cmsgpack.unpack(ARGV[1]))
for _, member in ipairs(call('ZRANGEBYSCORE', LK .. 'until', '-inf', string.format('%.0f', NOW), 'LIMIT', 0, limit)) do
  let_go(string.sub(member, 1, 36), string.sub(member, 37))
end

local function older_than(ms)
  return string.format('%.0f', NOW - ms)
end

local turns, runs = {}, {}
local since = older_than(math.min(turn, news))
local found = call('ZRANGEBYSCORE', LK .. 'turns', '-inf', since, 'WITHSCORES', 'LIMIT', 0, limit)
for i = 1, #found, 2 do
  local wait = wait_of(found[i])
  turns[#turns + 1] = { wait[1], wait[3], found[i], wait[8], wait[7], wait[2], tonumber(found[i + 1]) <= NOW - turn }
end
for _, job in ipairs(call('ZRANGEBYSCORE', SEEN, '-inf', older_than(turn), 'LIMIT', 0, limit)) do
  local run = run_of(job)
  runs[#runs + 1] = { run[3], run[4], run[1] }
end
offer_freed()
store_locks()
return cmsgpack.pack({ turns, runs })
