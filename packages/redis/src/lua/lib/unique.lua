-- What becomes of a job whose unique key is another's.

-- The tail with another input: the new one's from its line feed on, the old one's before.
local function replace_input(id, tail)
  local old = body_of(id)
  local head = string.sub(old, 1, (string.find(old, '\n', 1, true) or #old + 1) - 1)
  local feed = string.find(tail, '\n', 1, true)
  bodies[id] = head .. (feed and string.sub(tail, feed) or '')
  call('HSET', JOBS, id, bodies[id])
end

-- The locks that come with the other input.
local function replace_locks(state, tail)
  state[LOCKS] = string.match(string.match(tail, '^[^\n]*'), '"locks":(%[.*%])}$')
end

-- What the holder of the key makes of the newcomer; nil: nobody has the key, or it moves to the new job.
local function collide(spec, batch)
  local task = string.match(spec, '^[^%z]*%z([^%z]*)%z')
  local holder = call('GET', Q .. 'unique:' .. task .. '\0' .. batch[7])
  if not holder then return nil end
  if batch[8] == 'return' then return { 'existing', holder } end
  if batch[8] == 'throw' then return { 'conflict', holder } end
  local state = living(holder)
  local at = state and state[STATE]
  if at ~= 'q' and at ~= 's' and at ~= 'v' and at ~= 'b' or may_have_begun(state) then return nil end
  replace_input(holder, batch[4][1])
  replace_locks(state, batch[4][1])
  place(holder, state, due_at(batch[2]))
  return { 'replaced', holder }
end
