-- Who holds locks. KEYS[2] is the tag of what concerns no single queue; on a cluster only scripts of that node have it. What is
-- written of holders is gathered until `store_locks`.
--
-- lock:held: by key, packed fencing number and owner; where more than a run's job needs it also { acquisition, until when, ... }, 0
--   for as long as a run lasts. The acquisition of a job's own locks is 'run'. lock:fence: the last number.
-- lock:owner:<owner>, lock:got:<acquisition>: sets of keys that are not a job's own. lock:until: '<acquisition><key>' by the end
--   of it.
-- An owner is a name, or a run: see `owner_of`. Which keys are a run's own is for the job to know.
local LK = (KEYS[2] or '') .. 'lock:'
local HELD = LK .. 'held'
local freed = {}

-- By key, as far as this script knows: { owner, fencing number, acquisition, until, ... }, or as it is stored; false where nobody
-- has it. And the keys of which something is to be written.
local holds, altered = {}, {}

local run_owners = {}
local function owner_of(id, run)
  local begin = run_owners[run]
  if not begin then
    begin = '\0' .. run .. ' ' .. Q
    run_owners[run] = begin
  end
  return begin .. id
end

local function is_run(owner)
  return string.byte(owner) == 0
end

local function ends_after_now(until_then)
  return until_then and (until_then == 0 or until_then > NOW)
end

-- Reads what is not known yet.
local function read_holds(keys)
  local unknown = {}
  for i = 1, #keys do
    if holds[keys[i]] == nil then
      unknown[#unknown + 1] = keys[i]
      holds[keys[i]] = false
    end
  end
  local found = fields_of(HELD, unknown)
  for i = 1, #unknown do holds[unknown[i]] = found[i] end
end

local function hold_of(key)
  if holds[key] == nil then read_holds({ key }) end
  local hold = holds[key]
  if type(hold) ~= 'string' then return hold end
  local fence, owner, acquisitions = cmsgpack.unpack(hold)
  holds[key] = { owner, fence, unpack(acquisitions or { 'run', 0 }) }
  return holds[key]
end

local function put_hold(key, hold)
  holds[key], altered[key] = hold, true
end

-- Its owner, where somebody holds it.
local function holder_of(key)
  local hold = hold_of(key)
  for i = 4, hold and #hold or 0, 2 do
    if ends_after_now(hold[i]) then return hold[1] end
  end
  return nil
end

local function forget_acquisition(acquisition, key)
  if acquisition == 'run' then return end
  call('SREM', LK .. 'got:' .. acquisition, key)
  call('ZREM', LK .. 'until', acquisition .. key)
end

-- Nobody has it any more.
local function take_away(key)
  local hold = hold_of(key)
  if not hold then return end
  for i = 3, #hold, 2 do forget_acquisition(hold[i], key) end
  if #hold ~= 4 or hold[3] ~= 'run' then call('SREM', LK .. 'owner:' .. hold[1], key) end
  put_hold(key, false)
end

-- The same, and who waits for it may have it.
local function drop(key)
  if not hold_of(key) then return end
  take_away(key)
  freed[#freed + 1] = key
end

-- Where an acquisition stands among what is known of a key.
local function place_in(hold, acquisition)
  for i = 3, hold and #hold or 0, 2 do
    if hold[i] == acquisition then return i end
  end
  return nil
end

-- One acquisition lets a key go; true where it had it.
local function let_go(acquisition, key)
  local hold = hold_of(key)
  local at = place_in(hold, acquisition)
  if not at then return false end
  forget_acquisition(acquisition, key)
  table.remove(hold, at)
  local until_then = table.remove(hold, at)
  put_hold(key, hold)
  if not holder_of(key) then drop(key) end
  return ends_after_now(until_then)
end

local last_fence
local function next_fence()
  if last_fence then
    last_fence = last_fence + 1
  else
    last_fence = math.max(tonumber(call('GET', LK .. 'fence') or 0) + 1, clock[1] * 1000000 + clock[2])
  end
  return last_fence
end

-- Gives a key to an owner, who may have it already. until_then: 0 where it ends with the owner's run.
local function give(key, owner, acquisition, until_then)
  if holder_of(key) ~= owner then take_away(key) end
  local hold = hold_of(key) or { owner, next_fence() }
  local at = place_in(hold, acquisition) or #hold + 1
  hold[at], hold[at + 1] = acquisition, until_then
  put_hold(key, hold)
  call('SADD', LK .. 'owner:' .. owner, key)
  call('SADD', LK .. 'got:' .. acquisition, key)
  if until_then > 0 then call('ZADD', LK .. 'until', until_then, acquisition .. key) end
end

-- Gives a run the keys that its job needs, which nobody holds.
local function give_own(owner, keys)
  for i = 1, #keys do
    if holds[keys[i]] ~= false then take_away(keys[i]) end
    put_hold(keys[i], cmsgpack.pack(next_fence(), owner))
  end
end

-- A run has ended. own: the keys that its job needs; acquired: it may have others, and may not have those.
local function release_owner(owner, own, acquired)
  for i = 1, #own do
    if not acquired then
      put_hold(own[i], false)
      freed[#freed + 1] = own[i]
    elseif holder_of(own[i]) == owner then
      drop(own[i])
    end
  end
  if not acquired then return end
  for _, key in ipairs(call('SMEMBERS', LK .. 'owner:' .. owner)) do drop(key) end
end

local function stored(hold)
  if type(hold) == 'string' then return hold end
  if #hold == 4 and hold[3] == 'run' then return cmsgpack.pack(hold[2], hold[1]) end
  return cmsgpack.pack(hold[2], hold[1], { unpack(hold, 3) })
end

local function store_locks()
  local kept, gone = {}, {}
  for key in pairs(altered) do
    local hold = holds[key]
    if hold then
      kept[#kept + 1] = key
      kept[#kept + 1] = stored(hold)
    else
      gone[#gone + 1] = key
    end
  end
  in_chunks('HSET', HELD, kept)
  in_chunks('HDEL', HELD, gone)
  if last_fence then call('SET', LK .. 'fence', string.format('%.0f', last_fence)) end
  altered, last_fence = {}, nil
end
