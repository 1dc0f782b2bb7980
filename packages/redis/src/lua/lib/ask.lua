-- On a cluster, in place of lib/admit.lua. A claim that meets a job with locks ends before it and answers what to ask the locks;
-- its caller asks (admit_jobs), and claims again with the verdicts. Meanwhile the job stays in its line, and other claims pass it
-- by.
--
-- ask: { id, ask, run that it would be, priority, due, its place in the lines as far as known (LOCKED), turns there, keys }
-- verdict: { id, ask, true: it may run | its place in the lines | false: too late, turns that it had there }

-- Another claim may ask after so many ms, or when the worker of this one is gone.
local ASK_LASTS = 2000

local verdicts
local function verdict_on(id, state, wanted)
  if not verdicts then
    verdicts = {}
    for _, verdict in ipairs(wanted[9]) do verdicts[verdict[1]] = verdict end
  end
  local verdict, asker = verdicts[id], state[ASKER]
  return verdict and asker and asker[1] == wanted[1] and verdict[2] == state[ASK] and verdict or nil
end

local function asked_by_another(state, claim)
  local asker = state[ASKER]
  if not asker or asker[1] == claim or asker[3] + ASK_LASTS <= NOW then return false end
  return call('HEXISTS', HOLDERS, asker[2]) == 1
end

local function block(id, state, verdict, at, lane_name)
  remove(lane_name, id)
  state[STATE] = 'b'
  state[LOCKED], state[TURNS], state[ASKER] = verdict[3], verdict[4], false
  add(Q .. 'blocked', at, id)
  changed[id] = true
end

-- Here nothing is known of locks.
local function look_up() end

local met_unknown, passed_by = false, 0

-- 'runs', 'blocked': then it waits from here on, 'passed': another claim has asked, or 'unknown'.
local function admit(id, _, at, lane_name, wanted)
  local state = waiting_state(id)
  local verdict = verdict_on(id, state, wanted)
  if verdict and verdict[3] == true then return 'runs' end
  if verdict and verdict[3] then
    if state[LOCKED] ~= verdict[3] or state[TURNS] <= verdict[4] then
      block(id, state, verdict, at, lane_name)
      return 'blocked'
    end
    -- Its turn has begun since.
    state[ASKER] = false
  elseif verdict or asked_by_another(state, wanted[1]) then
    passed_by = passed_by + 1
    return 'passed'
  end
  met_unknown = true
  return 'unknown'
end

-- Called as a job that may run is taken.
local function take_locks(_, state)
  state[LOCKED], state[ASKER] = 'run', false
end
