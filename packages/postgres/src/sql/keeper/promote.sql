-- Moves up to p_limit scheduled jobs that are due to the end of their lines, in due order, and wakes workers. One process
-- does it at a time, so that the order holds over steps.
create or replace function {schema}.promote(
  p_limit int, p_sender text, out count int, out more boolean, out next_due bigint, out queues text[]
)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_now bigint := {schema}.now_ms();
begin
  count := 0;
  if exists (select from {schema}.scheduled where due_at <= v_now) then
    perform pg_advisory_xact_lock(hashtextextended('{channel} promote', 0));
    v_now := {schema}.now_ms();
    with due as (
      delete from {schema}.scheduled where id = any(array(
        select id from {schema}.scheduled where due_at <= v_now order by due_at, seq limit p_limit for update skip locked
      )) returning *
    ), moved as (
      insert into {schema}.jobs (seq, created_at, due_at, id, lane, rank, priority, postpones, max_attempts, run, attempt,
        started_at, input, keep, settings, headers, schedule, locks, unique_key, unique_mode, unique_digest, progress, meta,
        errors)
      select nextval('{schema}.places'), s.created_at, s.due_at, s.id, s.lane, s.rank, s.priority, s.postpones,
        s.max_attempts, s.run, s.attempt, s.started_at, s.input, s.keep, s.settings, s.headers, s.schedule, s.locks,
        s.unique_key, s.unique_mode, s.unique_digest, s.progress, s.meta, s.errors
      from (select * from due order by due_at, seq) s
      returning lane
    ), counted as (
      insert into {schema}.count_deltas (lane, scheduled, queued)
      select m.lane, -count(*), count(*) from moved m group by m.lane
    )
    select count(*), array_agg(distinct l.queue) into count, queues
    from moved m join {schema}.lanes l on l.id = m.lane;
    if queues is not null then
      perform pg_notify('{channel}', json_build_array('wake', p_sender, to_json(queues[1:20]))::text);
    end if;
  end if;
  select greatest(s.due_at - v_now, 0) into next_due from {schema}.scheduled s order by s.due_at, s.seq limit 1;
  more := next_due is not distinct from 0;
end $$;
