-- A worker's round trip: settles, notes starts and reports, then claims. Lists cross as one text each: numbers and uuids
-- joined by commas, JSON texts by record separators. A repeated request gets the first answer, with those of its claimed
-- jobs that are still in its hands.
-- waiting: the queues in which jobs wait again; told to others as p_wake, where that is given.
-- refused: the numbers (from 1) of outcomes, starts and reports that the fence refused.
create or replace function {schema}.exchange(
  p_client text, p_number bigint, p_instance uuid,
  p_done_ids text, p_done_order text, p_done_results text, p_done_groups text, p_done_runs text, p_done_claims text, p_done_ran text,
  p_done_stays text,
  p_outcomes text,
  p_start_ids text, p_start_runs text, p_start_claims text, p_start_ago text, p_fills text,
  p_reports text,
  p_claim text, p_queues text, p_limits text, p_lanes text, p_start int, p_reserve int, p_soon int,
  p_max_bytes bigint, p_floors text,
  p_spans text, p_wake text, p_sender text,
  out refused text, out refused_others text, out refused_starts text, out refused_reports text, out taken text,
  out more boolean, out next_due bigint, out registered boolean, out watched boolean, out waiting text[]
)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_now bigint := {schema}.now_ms();
  v_first json;
  v_repeated boolean := false;
  v_ended uuid[];
  v_unrun uuid[];
  v_turns text[];
  v_claims uuid[];
  v_counts int[];
  v_others uuid[];
begin
  more := false;
  insert into {schema}.requests (client, number, at) values (p_client, p_number, v_now) on conflict do nothing;
  if not found then
    v_repeated := true;
    select r.answer::json into v_first from {schema}.requests r where r.client = p_client and r.number = p_number;
    refused := v_first ->> 'refused';
    refused_others := v_first ->> 'others';
    refused_starts := v_first ->> 'starts';
    refused_reports := v_first ->> 'reports';
    more := coalesce((v_first ->> 'more')::boolean, false);
    select string_agg({schema}.line(j), E'\x1e' order by u.n) into taken
    from {schema}.claims c
    cross join unnest(c.ids) with ordinality as u(id, n)
    join {schema}.jobs j on j.id = u.id and j.claim = c.claim
    where c.claim = p_claim::uuid;
  else
    -- What a crash of the server takes back of these, it gives to a later claim.
    if p_done_ids is null and p_outcomes is null then
      perform set_config('synchronous_commit', 'off', true);
    end if;
    if p_done_ids is not null then
      select array_to_string(s.refused, ','), s.ended, s.claims, s.counts into refused, v_ended, v_claims, v_counts
      from {schema}.settle_completed(string_to_array(p_done_ids, ',')::uuid[], string_to_array(p_done_order, ',')::int[],
        string_to_array(p_done_results, E'\x1e', ''), string_to_array(p_done_groups, ',')::int[],
        string_to_array(p_done_runs, ',')::int[], string_to_array(p_done_claims, ',')::uuid[],
        string_to_array(p_done_ran, ',')::bigint[], string_to_array(p_done_stays, ',')::bigint[], v_now) s;
    end if;
    if p_outcomes is not null then
      select nullif(array_to_string(o.refused, ','), ''), o.queues, v_ended || o.ended, o.unrun, o.claims
      into refused_others, waiting, v_ended, v_unrun, v_others
      from {schema}.settle_others(p_outcomes::json, v_now) o;
    end if;
    if v_ended is not null then
      v_turns := {schema}.end_runs(v_ended, v_unrun, v_now);
    end if;
    if v_claims is not null or v_others is not null then
      perform {schema}.let_go_all(v_claims || v_others, v_counts || array_fill(1, array[coalesce(cardinality(v_others), 0)]));
    end if;
    if p_start_ids is not null then
      refused_starts := nullif(array_to_string({schema}.note_starts(string_to_array(p_start_ids, ',')::uuid[],
        string_to_array(p_start_runs, ',')::int[], string_to_array(p_start_claims, ',')::uuid[],
        string_to_array(p_start_ago, ',')::bigint[], p_fills::json, v_now), ','), '');
    end if;
    if p_reports is not null then
      refused_reports := nullif(array_to_string({schema}.note_reports(p_reports::json), ','), '');
    end if;
  end if;

  select v_repeated or exists (select from {schema}.workers w where w.instance = p_instance),
    (select greatest(s.due_at - v_now, 0) from {schema}.scheduled s order by s.due_at, s.seq limit 1),
    (select m.watched_until > v_now from {schema}.meta m)
  into registered, next_due, watched;
  registered := coalesce((v_first ->> 'registered')::boolean, registered);
  if registered and p_claim is not null and not v_repeated then
    select c.taken, c.more into taken, more
    from {schema}.claim(p_instance, p_claim::uuid, p_queues::text[], string_to_array(p_limits, ',')::int[], p_lanes::text[],
      p_start, p_reserve, p_soon, p_max_bytes, p_floors::json, string_to_array(p_spans, ',')::bigint[], v_now) c;
  end if;
  -- Whose turn it has become, and who was not claimed in this very step.
  if v_turns is not null and exists (select from {schema}.waits w where w.turn_at = v_now) then
    perform {schema}.tell_turns(v_turns);
  end if;
  if not v_repeated and (more or not registered or coalesce(refused, refused_others, refused_starts, refused_reports) is not null) then
    update {schema}.requests r
    set answer = json_build_object('refused', refused, 'others', refused_others, 'starts', refused_starts,
      'reports', refused_reports, 'more', more, 'registered', registered)
    where r.client = p_client and r.number = p_number;
  end if;

  if p_number % 1000 = 0 then
    perform {schema}.fold_counts();
  end if;
  if p_wake is not null and waiting is not null then
    perform pg_notify('{channel}', json_build_array(p_wake, p_sender, to_json(waiting[1:20]))::text);
  end if;
end $$;
