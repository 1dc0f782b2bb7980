-- list: one state's jobs of a queue from a position on, in the order of lists.
-- KEYS[1]: the queue's tag
-- ARGV[1]: packed { state, latest first, after: score or false, its id, limit, task or false }
-- Returns: packed { rows, end }: a row is { score, view or false (not what was asked for) }; end: there are no more
local word, latest, after, after_id, limit, task = unpack(cmsgpack.unpack(ARGV[1]))

local keys = {}
if word == 's' then
  keys[1] = SCHEDULED
elseif word == 'q' then
  for _, lane in ipairs(call('SMEMBERS', LANES)) do keys[#keys + 1] = Q .. 'lane:' .. lane end
  for _, instance in ipairs(call('HKEYS', HOLDERS)) do keys[#keys + 1] = Q .. 'held:' .. instance end
elseif word == 'b' then
  keys[1] = Q .. 'blocked'
elseif word == 'r' then
  for _, instance in ipairs(call('HKEYS', HOLDERS)) do keys[#keys + 1] = Q .. 'run:' .. instance end
else
  for _, shelf in ipairs(call('SMEMBERS', SHELVES)) do
    if string.sub(shelf, 1, 1) == word then keys[#keys + 1] = Q .. 'shelf:' .. shelf end
  end
end

-- Whether (score, id) comes before the other in this list.
local function before(score, id, other, other_id)
  if latest then score, id, other, other_id = other, other_id, score, id end
  return score < other or (score == other and id < other_id)
end

-- Of one score there may be any number: those before the position are stepped over.
local function read(key, rows)
  local command, from, to = 'ZRANGEBYSCORE', after or '-inf', '+inf'
  if latest then command, from, to = 'ZREVRANGEBYSCORE', after or '+inf', '-inf' end
  local offset, got = 0, 0
  repeat
    local found = call(command, key, from, to, 'WITHSCORES', 'LIMIT', offset, limit + 1)
    for i = 1, #found, 2 do
      local score, id = tonumber(found[i + 1]), found[i]
      if not after or before(tonumber(after), after_id, score, id) then
        rows[#rows + 1] = { score, id }
        got = got + 1
      end
    end
    offset = offset + limit + 1
  until got > limit or #found < 2 * (limit + 1)
end

local rows = {}
for _, key in ipairs(keys) do read(key, rows) end
table.sort(rows, function(a, b) return before(a[1], a[2], b[1], b[2]) end)
local ids = {}
for i = 1, math.min(#rows, limit) do ids[i] = rows[i][2] end
local answer = {}
if #ids > 0 then
  load_jobs(ids)
  for i = 1, #ids do
    local state = living(ids[i])
    local wanted = state and (not task or spec_of(ids[i]).task == task)
    answer[i] = { string.format('%.17g', rows[i][1]), ids[i], wanted and view(ids[i], state) or false }
  end
end
return cmsgpack.pack({ answer, #rows <= limit })
