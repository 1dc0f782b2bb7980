-- A state is an array of these, false for what there is not. Nothing in it differs between jobs that were alike when they
-- were claimed together, so that equal states are packed and unpacked once: a job's place is where it stands (the score),
-- and what stands in its body is not repeated.
-- STATE: 'q' queued, 'b' blocked, 's' scheduled, 'v' reserved, 'r' running, 'c' completed, 'f' failed, 'x' cancelled
-- DUE: false where it was due as it was created
-- KEEP: 'completed,failed,cancelled' as filled in; CANCEL: a cancel was asked, how long it then stays; SHELF: how long it stays
-- LOCKS: as JSON, where they are not those of the body; LOCKED: of a job that waits for them its place in their lines, of a
-- run that holds some true, or ACQUIRED where that may be more than its job named
-- SPECIAL: its end leaves more to do than that of others
local STATE, RUN, ATTEMPT, MAX, POSTPONES, DUE, STARTED, FINISHED = 1, 2, 3, 4, 5, 6, 7, 8
local CLAIM, HOLDER, KEEP, CANCEL, REMOVED, SHELF, LOCKS, SPECIAL, DETAILED, LOCKED = 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
local ACQUIRED = 'acquired'

local function new_state(state, due, special)
  return { state, 0, 0, false, 0, due, false, false, false, false, false, false, false, false, false, special, false, false }
end
