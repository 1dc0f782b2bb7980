-- Locks that are held, by key, behind `after`: of an owner and of some keys where they are given.

local function end_of(acquisitions)
  local last = 0
  for _, until_then in pairs(acquisitions) do
    if until_then == '0' then return false end
    last = math.max(last, tonumber(until_then))
  end
  return last
end

local function list_locks(owner, keys, limit, after)
  local rows = {}
  local function see(key)
    local lives, by, acquisitions, fence = held(key)
    if lives and (not owner or by == owner) then rows[#rows + 1] = { key, by, fence, end_of(acquisitions) } end
  end

  if owner or keys then
    local all = keys or call('SMEMBERS', LK .. 'owner:' .. owner)
    table.sort(all)
    for i = 1, #all do
      if all[i] > after and #rows < limit then see(all[i]) end
    end
    return rows
  end
  while #rows < limit do
    local page = call('ZRANGEBYLEX', LK .. 'keys', after == '' and '-' or '(' .. after, '+', 'LIMIT', 0, limit)
    for i = 1, #page do
      if #rows < limit then see(page[i]) end
    end
    if #page < limit then break end
    after = page[#page]
  end
  return rows
end
