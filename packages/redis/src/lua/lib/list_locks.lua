-- Locks that are held, in no order.

local function end_of(hold)
  local last = 0
  for i = 4, #hold, 2 do
    if hold[i] == 0 then return false end
    last = math.max(last, hold[i])
  end
  return last
end

-- Those of these keys that somebody holds, or this owner where it is given.
local function list_locks(keys, owner)
  local rows, seen = {}, {}
  read_holds(keys)
  for i = 1, #keys do
    local key = keys[i]
    local holder = not seen[key] and holder_of(key)
    seen[key] = true
    if holder and (not owner or holder == owner) then
      local hold = hold_of(key)
      rows[#rows + 1] = { key, holder, hold[2], end_of(hold) }
    end
  end
  return rows
end

-- Those of an owner, of which `own` may be some, see lib/locks.lua.
local function list_owned(owner, own)
  local keys = call('SMEMBERS', LK .. 'owner:' .. owner)
  for i = 1, #own do keys[#keys + 1] = own[i] end
  return list_locks(keys, owner)
end
