-- Folds the deltas so far into one row per lane. One process does it at a time; another leaves it to that one.
create or replace function {schema}.fold_counts() returns void
language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('{channel} fold_counts', 0)) then
    return;
  end if;
  with old as (
    delete from {schema}.count_deltas returning *
  ), sums as (
    select lane, sum(scheduled) as scheduled, sum(queued) as queued, sum(blocked) as blocked, sum(running) as running,
      sum(completed) as completed, sum(failed) as failed, sum(cancelled) as cancelled
    from old group by lane order by lane
  )
  insert into {schema}.counts as c (lane, scheduled, queued, blocked, running, completed, failed, cancelled)
  select * from sums
  on conflict (lane) do update set scheduled = c.scheduled + excluded.scheduled, queued = c.queued + excluded.queued,
    blocked = c.blocked + excluded.blocked, running = c.running + excluded.running,
    completed = c.completed + excluded.completed, failed = c.failed + excluded.failed,
    cancelled = c.cancelled + excluded.cancelled;
end $$;
