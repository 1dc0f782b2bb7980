-- Runs of these jobs have ended, and with them their locks. p_unrun: jobs among them that wait again without having run: they have their
-- turn again, in the lines of their own locks before all of their priority and due time. Answers the queues of jobs whose
-- turn it is now, null where there is none.
create or replace function {schema}.end_runs(p_ended uuid[], p_unrun uuid[], p_now bigint) returns text[]
language plpgsql as $$
declare
  v_keys text[];
begin
  perform {schema}.lock_up();
  with gone as (
    delete from {schema}.locks where job = any(p_ended) returning key, acquisition, own
  ), again as (
    insert into {schema}.waits (id, keys, priority, due_at, joined, turn_at)
    select j.id, array_agg(g.key), j.priority, j.due_at, -nextval('{schema}.joins'), p_now
    from {schema}.jobs j join gone g on g.own and g.acquisition = j.id
    where j.id = any(p_unrun)
    group by j.id
    returning id, keys, priority, due_at, joined
  ), standing as (
    insert into {schema}.lines (key, priority, due_at, joined, id)
    select k.key, a.priority, a.due_at, a.joined, a.id from again a cross join unnest(a.keys) as k(key)
  )
  select array_agg(distinct key) into v_keys from gone;
  return {schema}.offer(v_keys, p_now);
end $$;
