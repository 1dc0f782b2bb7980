-- What `rest()` is for an enqueue.
return { collide = collide, take_key = take_key, hand_on = hand_on, tell_turns = tell_turns, news = news }
