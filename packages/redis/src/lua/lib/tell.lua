-- What an exchange answers beside its verdicts.

-- Those of a claim's jobs that are still in its hands, five values each: id, body, spec, state, details. A spec or state that is
-- false is that of the job before; details are false where there are none.
local function tell(ids, claim)
  local row, count = {}, 0
  local read, state, told, prefix
  for i = 1, #ids do
    local id = ids[i]
    local text = texts[id]
    -- Of jobs that were alike the same text is read once.
    if text and text ~= read then read, state = text, cmsgpack.unpack(text) end
    if text and state[CLAIM] == claim then
      local body, spec = bodies[id], false
      if not prefix or string.sub(body, 1, #prefix) ~= prefix then
        local number = string.match(body, '^%*?(%d+) ')
        spec = call('HGET', SPECS, number == '0' and '=' .. id or number)
        prefix = number ~= '0' and string.match(body, '^%*?%d+ ')
      end
      row[count + 1], row[count + 2], row[count + 3] = id, body, spec
      row[count + 4] = text ~= told and text
      row[count + 5] = state[DETAILED] and call('HGET', DETAILS, id)
      told, count = text, count + 5
    end
  end
  return row
end

-- Milliseconds until the next job of any queue is due, false where there is none, -1 where that is not known on this node;
-- and whether somebody watches.
local function outlook()
  local G = KEYS[2]
  if not G then return -1, call('EXISTS', Q .. 'watch') == 1 end
  local head = call('ZRANGE', G .. 'due', 0, 0, 'WITHSCORES')[2]
  return head and math.max(0, head - NOW) or false, call('EXISTS', Q .. 'watch', G .. 'watch') > 0
end
