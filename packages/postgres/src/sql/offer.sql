-- These locks may be free now: of the jobs that stand first in their lines, those whose turn it is are queued again, ahead
-- of the rest. Answers their queues, null where there is none. After lock_up.
create or replace function {schema}.offer(p_keys text[], p_now bigint) returns text[]
language plpgsql as $$
declare
  v_turn uuid[];
  v_queues text[];
begin
  select array_agg(w.id) into v_turn
  from (
    select distinct f.id from unnest(p_keys) as k(key)
    cross join lateral (
      select l.id from {schema}.lines l where l.key = k.key order by l.priority, l.due_at, l.joined limit 1
    ) f
  ) first
  join {schema}.waits w on w.id = first.id and w.turn_at is null
  where not exists (
    select from unnest(w.keys) as k(key)
    join {schema}.locks h on h.key = k.key
    where h.until is null or h.until > p_now
  ) and not exists (
    select from unnest(w.keys) as k(key)
    join {schema}.lines l on l.key = k.key
    where (l.priority, l.due_at, l.joined) < (w.priority, w.due_at, w.joined)
  );
  if v_turn is null then
    return null;
  end if;

  update {schema}.waits set turn_at = p_now where id = any(v_turn);
  with gone as (
    delete from {schema}.blocked where id = any(v_turn) returning *
  ), moved as (
    insert into {schema}.jobs (seq, created_at, due_at, id, lane, rank, priority, postpones, max_attempts, run, attempt,
      started_at, input, keep, settings, headers, schedule, locks, unique_key, unique_mode, unique_digest, progress, meta,
      errors)
    select seq, created_at, due_at, id, lane, -32769, priority, postpones, max_attempts, run, attempt, started_at, input,
      keep, settings, headers, schedule, locks, unique_key, unique_mode, unique_digest, progress, meta, errors
    from gone
  ), counted as (
    insert into {schema}.count_deltas (lane, blocked, queued)
    select lane, -count(*), count(*) from gone group by lane
  )
  select array_agg(distinct l.queue) into v_queues from gone join {schema}.lanes l on l.id = gone.lane;
  return v_queues;
end $$;
