-- On a cluster: what the locks know of jobs, by job (the queue's tag and the id), see lib/apart.lua.
--
-- lock:runs: packed { ask, owner, tag, id, queue's name, priority, due, keys } where a run holds locks, or is about to; the last
--   four only where its job asks for locks. lock:seen: these jobs by when their queue was last seen to know of them. lock:places:
--   places in line; a wait has two more values: the ask and how many turns it had.
local RUNS, SEEN, PLACES = LK .. 'runs', LK .. 'seen', LK .. 'places'

local function run_of(job)
  local packed = call('HGET', RUNS, job)
  return packed and cmsgpack.unpack(packed)
end

local function end_run(job, run)
  release_owner(run[2], run[8] or {}, true)
  call('HDEL', RUNS, job)
  call('ZREM', SEEN, job)
end

local function note_run(job, run)
  call('HSET', RUNS, job, cmsgpack.pack(run))
  call('ZADD', SEEN, NOW, job)
end

local function place_of(job)
  local place = call('HGET', PLACES, job)
  return place, place and wait_of(place)
end

-- wait: { tag, name, id, false, priority, keys, ask, turns }
local function stand(job, place, wait)
  call('HSET', LK .. 'waits', place, cmsgpack.pack(wait))
  call('HSET', PLACES, job, place)
  stand_in_lines(wait[6], wait[5], place)
end

local function end_wait(job, place)
  leave_lines(place)
  call('HDEL', PLACES, job)
end
