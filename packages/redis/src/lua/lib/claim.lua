-- Takes the next jobs of a queue. What has only been enqueued, and has nothing about it, is taken here, many at once; any other
-- job that a claim meets is for lib/meet.lua.

-- Beyond so many that turn out to be blocked a claim goes no further: the rest is for the next one.
local MOST_BLOCKED = 1000

-- wanted: { claim, lanes, limit, start, soon, bytes, any, name of the queue, verdicts, may ask }: at most `limit`
-- jobs, the first `start` of them started, with locks only among the first `soon`; `any`: the claim has jobs of other queues
-- already; the last two: see lib/ask.lua. Answers ids, bytes of input, whether the claim ended before its time, and whether it
-- held back before a job that may not be reserved.
local function claim_jobs(instance, wanted)
  local claim, lanes, limit, starts, soon, room, any = unpack(wanted)
  local ids, seen = {}, { count = 0, bytes = 0 }
  local taking = {
    claim = claim, instance = instance, starts = starts, soon = soon, room = room, any = any,
    wanted = wanted, ids = ids, used = 0,
    -- Jobs that did not run: those that are passed stay where they are, and the claim ends before one that is unknown.
    blocked = 0, passed = 0, unknown = 0,
  }
  if limit <= 0 or call('HGET', META, 'paused') then return ids, 0, false, false end
  local as_started, as_reserved
  while #ids < limit do
    local line, places, keys = next_in_line(lanes, limit - #ids + taking.passed)
    local before = taking.blocked + taking.passed
    for i = taking.passed + 1, #line do
      local id = line[i]
      if bodies[id] == nil or texts[id] == nil then read_ahead(line, i, room - taking.used, seen) end
      local body = bodies[id]
      if texts[id] or states[id] or is_special(body) then
        taking.line, taking.at = line, i
        local goes_on, ended, held_back = rest().meet(id, places[i], keys[i], taking)
        if not goes_on then return ids, taking.used, ended, held_back end
      else
        local used = taking.used + input_bytes(body)
        if used > room and (any or #ids > 0) then return ids, taking.used, true, false end
        taking.used = used
        local taken
        if #ids < starts then
          as_started = as_started or taken_state(claim, instance, true, false, false)
          taken = as_started
        else
          as_reserved = as_reserved or taken_state(claim, instance, false, false, false)
          taken = as_reserved
        end
        remove(keys[i], id)
        add(taken.key, places[i], id)
        put_text(id, taken.text)
        ids[#ids + 1] = id
      end
    end
    if taking.blocked + taking.passed == before then break end
    if taking.blocked + taking.passed >= MOST_BLOCKED then return ids, taking.used, true, false end
    -- In the place of those there may be others.
    flush_sets()
  end
  return ids, taking.used, false, false
end
