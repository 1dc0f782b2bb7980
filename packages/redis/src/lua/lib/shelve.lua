-- The key of the shelf on which jobs that ended so stay so long, in ms; it is noted where it is new.
local shelves = {}
local function shelf_of(word, keep)
  local name = word .. ':' .. keep
  if not shelves[name] then
    call('SADD', SHELVES, name)
    shelves[name] = Q .. 'shelf:' .. name
  end
  return shelves[name]
end
