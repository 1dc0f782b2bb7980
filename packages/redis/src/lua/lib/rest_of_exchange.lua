-- What `rest()` is for an exchange.
local function note_all(starts, reports)
  load_all({ starts, reports })
  return each(starts, start), each(reports, report)
end

return {
  collide = collide, take_key = take_key, hand_on = hand_on, tell_turns = tell_turns, settle = settle, release_runs = release_runs,
  note = note_all, meet = meet, ask_ahead = ask_ahead, news = news,
}
