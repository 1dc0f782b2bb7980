-- On a cluster: what a claim asks the locks, see lib/ask.lua.

local function ask(id, state, instance, claim, keys)
  local place = state[LOCKED]
  state[LOCKED] = place or '?'
  state[ASK], state[ASKER], state[TURNS] = (state[ASK] or 0) + 1, { claim, instance, NOW }, place and state[TURNS] or 0
  changed[id] = true
  return { id, state[ASK], state[RUN] + 1, spec_of(id).priority, due_of(id, state), place, state[TURNS], keys }
end

-- Asks for all that the claim would take from here on if every answer were yes.
local function ask_ahead(instance, wanted, ids, used)
  local asks = {}
  if not met_unknown or not wanted[10] then return asks end
  local claim, lanes, limit, starts, soon, room, any = unpack(wanted)
  local count, seen = #ids, { count = 0, bytes = 0 }
  flush_sets()
  local line, places = next_in_line(lanes, limit - count + passed_by)
  for i = 1, #line do
    local id, at = line[i], tonumber(places[i])
    if bodies[id] == nil or texts[id] == nil then read_ahead(line, i, room - used, seen) end
    local body = bodies[id]
    local state = waiting_state(id)
    local keys = keys_of(body, state)
    local locks = #keys > 0
    if not locks or not asked_by_another(state, claim) then
      if count >= limit or (count >= starts and not may_be_reserved(at, special_of(body), locks, count < soon)) then break end
      used = used + input_bytes(body)
      if used > room and (any or count > 0) then break end
      if locks and not verdict_on(id, state, wanted) then
        asks[#asks + 1] = ask(id, state, instance, claim, keys)
      end
      count = count + 1
    end
  end
  return asks
end
