-- Messages about jobs, of which each begins with an id; the answer is a letter or digit for each.

local function load_all(lists)
  local ids = {}
  for l = 1, #lists do
    for i = 1, #lists[l] do ids[#ids + 1] = lists[l][i][1] end
  end
  load_states(ids)
end

local function each(messages, write)
  local verdicts = {}
  for i = 1, #messages do verdicts[i] = write(messages[i]) end
  return table.concat(verdicts)
end

-- The state of a job, where it is still in this claim's hands.
local function fenced(id, run, claim)
  local state = unpacked(id)
  if state and state[CLAIM] == claim and state[RUN] == run then return state end
  return nil
end
