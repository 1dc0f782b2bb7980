-- For each schedule that nobody has changed or fired since it was taken: makes its jobs, and moves on.
-- p_firings: an array of { name, revision, from, next, last, count }; jobs as "enqueue" takes them, p_owners: the number of
-- each job's firing.
-- fired: numbers of the firings that were not stale; answer: what became of their jobs, as "enqueue" answers it.
create or replace function {schema}.fire_schedules(
  p_firings text, p_owners text, p_ids text, p_inputs text, p_specs text, p_index text, p_lanes text, p_unique boolean,
  p_notify text, out fired text, out answer text, out watched boolean
)
language plpgsql set jit = off as $$
declare
  v_now bigint := {schema}.now_ms();
  v_firings jsonb := p_firings;
  v_fresh int[];
  v_owners int[] := string_to_array(p_owners, ',');
  v_ids uuid[] := string_to_array(p_ids, ',');
  v_inputs text[] := string_to_array(p_inputs, E'\x1e', '');
  v_index int[] := string_to_array(p_index, ',');
begin
  select watched_until > v_now into watched from {schema}.meta;
  -- In one order, so that no two schedulers wait for each other.
  with firing as materialized (
    select f.* from rows from (jsonb_to_recordset(v_firings) as (name text, revision bigint, "from" bigint)) with ordinality
      as f(name, revision, due, n)
  ), locked as materialized (
    select s.name, s.revision, s.next_run_at from {schema}.schedules s
    where s.name in (select name from firing) order by s.name for update
  )
  select coalesce(array_agg(f.n::int order by f.n), '{}') into v_fresh
  from firing f join locked l on l.name = f.name and l.revision = f.revision and l.next_run_at = f.due;

  if cardinality(v_fresh) < jsonb_array_length(v_firings) then
    select coalesce(array_agg(u.id order by u.n), '{}'), array_agg(u.input order by u.n),
      array_agg(coalesce(u.spec, 1) order by u.n), array_agg(u.owner order by u.n)
    into v_ids, v_inputs, v_index, v_owners
    from unnest(v_ids, v_inputs, v_index, v_owners) with ordinality as u(id, input, spec, owner, n)
    where u.owner = any(v_fresh);
  end if;
  if v_ids = '{}' then
    p_notify := null;
  elsif p_unique then
    answer := {schema}.put_unique(v_ids, v_inputs, p_specs::jsonb, v_index, {schema}.ensure_lanes(p_lanes), v_now);
  else
    perform {schema}.put(v_ids, v_inputs, p_specs::jsonb, v_index, {schema}.ensure_lanes(p_lanes), v_now);
  end if;

  with firing as (
    select f.* from rows from (jsonb_to_recordset(v_firings) as (name text, next bigint, last bigint, count int))
      with ordinality as f(name, next, last, count, n)
  ), made as (
    select distinct on (u.owner) u.owner, coalesce(split_part(u.outcome, ' ', 2)::uuid, u.id) as id
    from unnest(v_owners, v_ids, string_to_array(answer, ',')) with ordinality as u(owner, id, outcome, n)
    order by u.owner, u.n desc
  )
  update {schema}.schedules s
  set next_run_at = f.next, look_at = case when s.active then f.next end, runs = s.runs + f.count,
    last_run_at = coalesce(f.last, s.last_run_at), last_job = coalesce(m.id, s.last_job)
  from firing f left join made m on m.owner = f.n
  where f.n = any(v_fresh) and s.name = f.name;

  fired := array_to_string(v_fresh, ',');
  if p_notify is not null then
    perform pg_notify('{channel}', p_notify);
  end if;
end $$;
