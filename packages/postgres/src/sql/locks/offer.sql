-- These locks may be free now: of the jobs that stand first in their lines, those whose turn it is are queued again, ahead
-- of the rest. Answers their queues, null where there is none. After lock_up.
create or replace function {schema}.offer(p_keys text[], p_now bigint) returns text[]
language plpgsql as $$
declare
  v_first uuid[];
  v_turn uuid[];
  v_queues text[];
begin
  -- Who waits for nobody's lock is most often nobody.
  if not exists (select from {schema}.waits) then
    return null;
  end if;
  -- Each key, and each job that stands first at one, is looked up by itself: these tables grow and empty again within
  -- moments, so that what the planner believes of their sizes is of another time.
  v_first := array(
    select distinct (
      select l.id from {schema}.lines l where l.key = k.key order by l.priority, l.due_at, l.joined limit 1
    ) from unnest(p_keys) as k(key)
  );
  v_turn := array(
    select w.id from {schema}.waits w
    where w.id = any(v_first) and w.turn_at is null and not exists (
      select from unnest(w.keys) as k(key)
      where (select true from {schema}.locks h where h.key = k.key and (h.until is null or h.until > p_now) limit 1)
        or (
          select true from {schema}.lines l
          where l.key = k.key and (l.priority, l.due_at, l.joined) < (w.priority, w.due_at, w.joined) limit 1
        )
    )
  );
  if v_turn = '{}' then
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
