-- Stores new jobs without unique keys, in the order given. Functions that make rows stand in the target lists: there they
-- cost half of what they do in FROM, which writes all rows to a store first.
-- p_specs: what jobs share, an array; p_index: the number of each job's spec from 1, null where there is one spec for
-- all; p_lanes: ids of lanes, to which a spec's "lane" points from 1.
create or replace function {schema}.put(
  p_ids uuid[], p_inputs text[], p_specs jsonb, p_index int[], p_lanes int[], p_now bigint
) returns void
language plpgsql as $$
declare
  v_spec record;
  v_count int := cardinality(p_ids);
  v_place bigint;
begin
  if v_count > 1000 then
    perform {schema}.put(p_ids[:1000], p_inputs[:1000], p_specs, p_index[:1000], p_lanes, p_now);
    perform {schema}.put(p_ids[1001:], p_inputs[1001:], p_specs, p_index[1001:], p_lanes, p_now);
    return;
  end if;
  v_place := nextval('{schema}.places');
  if p_index is null then
    select s.*, coalesce(s.at, p_now + s.delay) as due into v_spec from jsonb_to_record(p_specs -> 0) as s(
      lane int, priority smallint, attempts int, keep text, settings text, headers text, schedule text, locks text,
      at bigint, delay bigint);
    if v_spec.due <= p_now then
      insert into {schema}.jobs (seq, created_at, due_at, id, lane, rank, priority, max_attempts, input, keep, settings,
        headers, schedule, locks)
      select generate_series(v_place, v_place + v_count - 1), p_now, v_spec.due, unnest(p_ids), p_lanes[v_spec.lane],
        v_spec.priority, v_spec.priority, v_spec.attempts, unnest(p_inputs), v_spec.keep, v_spec.settings, v_spec.headers,
        v_spec.schedule, v_spec.locks;
      insert into {schema}.count_deltas (lane, queued) values (p_lanes[v_spec.lane], v_count);
    else
      insert into {schema}.scheduled (seq, created_at, due_at, id, lane, rank, priority, max_attempts, state, input, keep,
        settings, headers, schedule, locks)
      select generate_series(v_place, v_place + v_count - 1), p_now, v_spec.due, unnest(p_ids), p_lanes[v_spec.lane],
        v_spec.priority, v_spec.priority, v_spec.attempts, 'd', unnest(p_inputs), v_spec.keep, v_spec.settings,
        v_spec.headers, v_spec.schedule, v_spec.locks;
      insert into {schema}.count_deltas (lane, scheduled) values (p_lanes[v_spec.lane], v_count);
    end if;
    return;
  end if;

  with spec as materialized (
    select s.*, p_lanes[s.lane_no] as lane, coalesce(s.at, p_now + s.delay) as due
    from rows from (jsonb_to_recordset(p_specs) as (
      lane int, priority smallint, attempts int, keep text, settings text, headers text, schedule text, locks text,
      at bigint, delay bigint)) with ordinality
      as s(lane_no, priority, attempts, keep, settings, headers, schedule, locks, at, delay, no)
  ), job as materialized (
    select u.n, u.id, u.input, spec.*
    from unnest(p_ids, p_inputs, p_index) with ordinality as u(id, input, spec_no, n) join spec on spec.no = u.spec_no
  ), due as (
    insert into {schema}.jobs (seq, created_at, due_at, id, lane, rank, priority, max_attempts, input, keep, settings,
      headers, schedule, locks)
    select v_place + n - 1, p_now, due, id, lane, priority, priority, attempts, input, keep, settings, headers,
      schedule, locks
    from job where due <= p_now
  ), later as (
    insert into {schema}.scheduled (seq, created_at, due_at, id, lane, rank, priority, max_attempts, state, input, keep,
      settings, headers, schedule, locks)
    select v_place + n - 1, p_now, due, id, lane, priority, priority, attempts, 'd', input, keep, settings,
      headers, schedule, locks
    from job where due > p_now
  )
  insert into {schema}.count_deltas (lane, queued, scheduled)
  select lane, count(*) filter (where due <= p_now), count(*) filter (where due > p_now) from job group by lane;
end $$;
