-- The jobs that wait in a queue's lanes, in the order in which they are to be claimed.

-- The next jobs of a lane: false at its end.
local function read_on(lane)
  if lane.ended then return false end
  lane.found = call('ZRANGE', lane.key, lane.from, lane.from + lane.step - 1, 'WITHSCORES')
  lane.at, lane.from, lane.ended = 1, lane.from + lane.step, #lane.found < 2 * lane.step
  return #lane.found > 0
end

-- The lane whose next job comes first; those at their end are left out from now on.
local function first_of(lanes)
  local best, least
  for i = #lanes, 1, -1 do
    local lane = lanes[i]
    if lane.at > #lane.found and not read_on(lane) then
      table.remove(lanes, i)
    elseif #lanes == 1 then
      return lane
    else
      local place = tonumber(lane.found[lane.at + 1])
      if not least or place < least then
        best, least = lane, place
      end
    end
  end
  return best
end

-- The first `count` jobs of these lanes, their places as texts, and the keys of their lanes.
local function next_in_line(names, count)
  local lanes, ids, places, keys = {}, {}, {}, {}
  local step = #names == 1 and count or math.ceil(count / 4)
  for i = 1, #names do lanes[i] = { key = Q .. 'lane:' .. names[i], found = {}, at = 1, from = 0, step = step } end
  for n = 1, count do
    local lane = first_of(lanes)
    if not lane then break end
    ids[n], places[n], keys[n] = lane.found[lane.at], lane.found[lane.at + 1], lane.key
    lane.at = lane.at + 2
  end
  return ids, places, keys
end

-- How many bodies to read at once: they may be large.
local function read_ahead(line, from, room, seen)
  local count = 16
  if seen.count > 0 then count = math.max(1, math.min(1000, math.ceil(room * seen.count / (seen.bytes + 1)))) end
  local ids = {}
  for i = from, math.min(from + count - 1, #line) do ids[#ids + 1] = line[i] end
  load_bodies(ids)
  load_texts(ids)
  for i = 1, #ids do
    seen.count = seen.count + 1
    seen.bytes = seen.bytes + #bodies[ids[i]]
  end
end
