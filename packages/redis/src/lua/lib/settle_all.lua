-- How runs end. A plain end, of a job that is to have no more than a result, is written here, many at once; all else is for
-- lib/settle.lua.
--
-- outcome: { ids, run, claim, kind, ranFor, keep or delay, results or false, error, its time, its attempt, progress, meta, fill,
--   enqueue }: of jobs whose ends are alike; more than one only where nothing is said behind the results. Trailing fields may
--   be left out.

-- Endings of runs that have locks.
local unlocked = {}

-- What such an outcome makes of a state: false where the fence refuses it, true where there is more to do.
local function ending_of(text, outcome)
  local state = text and cmsgpack.unpack(text)
  if not state or state[CLAIM] ~= outcome[3] or state[RUN] ~= outcome[2] then return false end
  local more_locks = state[LOCKED] and state[LOCKED] ~= true
  if state[SPECIAL] or state[DETAILED] or more_locks or state[REMOVED] then return true end
  local ran, keep = outcome[5], outcome[6]
  local ending = { from = Q .. (state[STATE] == 'v' and 'held:' or 'run:') .. state[HOLDER] }
  if state[LOCKED] then
    ending.runs, ending.locks = {}, state[LOCKS]
    unlocked[#unlocked + 1] = ending
  end
  if keep <= 0 then return ending end
  if state[STATE] == 'v' then
    state[ATTEMPT] = state[ATTEMPT] + 1
    state[STARTED] = NOW - ran
  end
  state[STATE], state[FINISHED], state[SHELF] = 'c', NOW, keep
  state[CLAIM], state[HOLDER], state[CANCEL], state[LOCKED] = false, false, false, false
  state[DETAILED] = outcome[7] and true or false
  ending.shelf = shelf_of('c', keep)
  ending.text = cmsgpack.pack(state)
  return ending
end

local function end_plainly(id, ending)
  remove(ending.from, id)
  if ending.runs then ending.runs[#ending.runs + 1] = id end
  if not ending.shelf then
    texts[id], bodies[id] = false, false
    erased[#erased + 1] = id
    return
  end
  add(ending.shelf, NOW_TEXT, id)
  put_text(id, ending.text)
end

local function is_plain(outcome)
  return outcome[4] == 'complete' and outcome[5] and #outcome <= 7
end

local ENDS = { complete = true, fail = true, cancel = true }

-- Reads the states of all these jobs, and the bodies of those that go on.
local function load_settled(outcomes)
  local ids, going = {}, {}
  for o = 1, #outcomes do
    local ends = ENDS[outcomes[o][4]]
    for _, id in ipairs(outcomes[o][1]) do
      ids[#ids + 1] = id
      if not ends then going[#going + 1] = id end
    end
  end
  load_texts(ids)
  load_bodies(going)
end

-- Answers a digit for each job, in order: whether its outcome was taken.
local function settle_all(outcomes)
  load_settled(outcomes)
  local verdicts, details = {}, {}
  for o = 1, #outcomes do
    local outcome = outcomes[o]
    local ids, results = outcome[1], outcome[7]
    local plain = is_plain(outcome)
    local endings = {}
    for i = 1, #ids do
      local id = ids[i]
      local ending = true
      -- What is unpacked may have changed.
      if plain and not states[id] then
        local text = texts[id] or false
        ending = endings[text]
        if ending == nil then
          ending = ending_of(text, outcome)
          endings[text] = ending
        end
      end
      local verdict = '1'
      if ending == true then
        verdict = rest().settle(id, outcome, results and results[i])
      elseif ending then
        end_plainly(id, ending)
        if results and ending.shelf then
          details[#details + 1] = id
          details[#details + 1] = cmsgpack.pack({ false, false, results[i], {} })
        end
      else
        verdict = '0'
      end
      verdicts[#verdicts + 1] = verdict
    end
  end
  for i = 1, #unlocked do rest().release_runs(unlocked[i].runs, unlocked[i].locks) end
  in_chunks('HSET', DETAILS, details)
  return table.concat(verdicts)
end
