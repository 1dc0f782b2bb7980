-- What a queue knows of a schedule whose jobs it makes: { the latest revision it has heard of, epoch, the latest time of that
-- epoch whose job was made, or false, that job }.
local function fired_key(name)
  return Q .. 'fired:' .. name
end

local function fired_of(name)
  local packed = call('GET', fired_key(name))
  return packed and cmsgpack.unpack(packed) or { 0, 0, false, false }
end

local function note_fired(name, fired)
  call('SET', fired_key(name), cmsgpack.pack(fired))
end
