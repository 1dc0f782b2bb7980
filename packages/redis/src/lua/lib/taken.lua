-- What a job that has only been enqueued becomes in a claim's hands: its set, and its state.
local function taken_state(claim, instance, started, special, locked)
  local state = new_state(started and 'r' or 'v', false, special)
  state[RUN] = 1
  state[CLAIM] = claim
  state[HOLDER] = instance
  state[LOCKED] = locked
  if started then
    state[ATTEMPT] = 1
    state[STARTED] = NOW
  end
  return { key = Q .. (started and 'run:' or 'held:') .. instance, text = cmsgpack.pack(state) }
end
