-- Decides which of these picked jobs may run, as far as their locks go, in the order given: each that may takes its locks for
-- the run to come, each that may not is blocked. p_places: where their rows are. Answers those that are blocked. After lock_up.
--
-- Jobs that meet nobody at any of their keys are most of them, and are admitted together. What has expired is nobody's.
create or replace function {schema}.admit(p_ids uuid[], p_places tid[], p_now bigint) returns uuid[]
language plpgsql as $$
declare
  v_free uuid[];
  v_met uuid[];
  v_job record;
  v_owner text;
  v_joined bigint;
  v_first bigint;
  v_runs int[];
  v_keys text[];
  v_blocked uuid[] := '{}';
begin
  -- One lock's key is had for less than those of a list. Each key is looked up, in tables however large.
  with job as materialized (
    select j.id, j.run, j.priority, j.due_at, j.locks::json as locks from {schema}.jobs j
    where j.ctid = any(p_places) and j.locks is not null
  ), need as materialized (
    select j.id, j.run, j.priority, j.due_at, j.locks -> 0 ->> 'key' as key from job j
    where j.locks -> 0 is not null and j.locks -> 1 is null
    union all
    select j.id, j.run, j.priority, j.due_at, l.key from job j
    cross join lateral json_to_recordset(j.locks) as l(key text) where j.locks -> 1 is not null
  ), shared as materialized (
    select key from need group by key having count(*) > 1
  ), looked as materialized (
    select n.id, n.run, n.key, n.key in (select key from shared)
      or coalesce((
        select true from {schema}.locks h where h.key = n.key and (h.until is null or h.until > p_now) limit 1
      ), (
        select exists (
          select from {schema}.lines f
          where f.key = l.key and (f.priority, f.due_at, f.joined) < (n.priority, n.due_at,
            coalesce((select w.joined from {schema}.waits w where w.id = n.id), 9223372036854775807))
        ) from {schema}.lines l where l.key = n.key limit 1
      ), false) as met
    from need n
  ), met as materialized (
    select distinct id from looked where met
  )
  select array_agg(l.id), array_agg(l.run), array_agg(l.key), (select array_agg(m.id) from met m)
  into v_free, v_runs, v_keys, v_met
  from looked l where l.id not in (select m.id from met m);

  if v_free is not null then
    v_first := {schema}.next_fences(cardinality(v_free));
    insert into {schema}.locks (key, acquisition, owner, fence, job, own)
    select n.key, n.id, {schema}.owner_of_run(n.id, n.run + 1), v_first + n.n - 1, n.id, true
    from unnest(v_free, v_runs, v_keys) with ordinality as n(id, run, key, n);
    if exists (select from {schema}.waits) then
      delete from {schema}.waits w where w.id = any(v_free);
      delete from {schema}.lines l using unnest(v_free, v_keys) as n(id, key) where l.key = n.key and l.id = n.id;
    end if;
  end if;
  if v_met is null then
    return v_blocked;
  end if;

  for v_job in
    select j.id, j.run, j.priority, j.due_at, array(select key from json_to_recordset(j.locks::json) as l(key text)) as keys
    from unnest(p_ids) with ordinality as c(id, n) join {schema}.jobs j on j.id = c.id
    where c.id = any(v_met) order by c.n
  loop
    v_owner := {schema}.owner_of_run(v_job.id, v_job.run + 1);
    continue when exists (select from {schema}.locks h where h.job = v_job.id);
    insert into {schema}.waits as w (id, keys, priority, due_at, joined)
    values (v_job.id, v_job.keys, v_job.priority, v_job.due_at, nextval('{schema}.joins'))
    on conflict (id) do update set turn_at = null returning w.joined into v_joined;
    if exists (select from {schema}.locks h where h.key = any(v_job.keys) and (h.until is null or h.until > p_now))
      or exists (
        select from unnest(v_job.keys) as k(key) join {schema}.lines l on l.key = k.key
        where (l.priority, l.due_at, l.joined) < (v_job.priority, v_job.due_at, v_joined)
      )
    then
      insert into {schema}.lines (key, priority, due_at, joined, id)
      select key, v_job.priority, v_job.due_at, v_joined, v_job.id from unnest(v_job.keys) as k(key) on conflict do nothing;
      v_blocked := v_blocked || v_job.id;
    else
      delete from {schema}.lines l where l.key = any(v_job.keys) and l.id = v_job.id;
      delete from {schema}.waits w where w.id = v_job.id;
      v_first := {schema}.next_fences(cardinality(v_job.keys));
      insert into {schema}.locks (key, acquisition, owner, fence, job, own)
      select key, v_job.id, v_owner, v_first + n - 1, v_job.id, true from unnest(v_job.keys) with ordinality as k(key, n);
    end if;
  end loop;

  if v_blocked = '{}' then
    return v_blocked;
  end if;
  with gone as (
    delete from {schema}.jobs where id = any(v_blocked) returning *
  ), stored as (
    insert into {schema}.blocked select * from gone
  )
  insert into {schema}.count_deltas (lane, queued, blocked)
  select lane, -count(*), count(*) from gone group by lane;
  return v_blocked;
end $$;
