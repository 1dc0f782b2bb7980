-- Every queue that was ever used or paused, with its counts.
create or replace function {schema}.list_queues() returns table (
  name text, paused boolean, scheduled bigint, queued bigint, blocked bigint, running bigint, completed bigint, failed bigint,
  cancelled bigint
)
language sql stable set jit = off as $$
  with count as (
    select * from {schema}.counts
    union all
    select * from {schema}.count_deltas
  ), lane as (
    select l.queue, sum(c.scheduled) as scheduled, sum(c.queued) as queued, sum(c.blocked) as blocked,
      sum(c.running) as running, sum(c.completed) as completed, sum(c.failed) as failed, sum(c.cancelled) as cancelled
    from {schema}.lanes l left join count c on c.lane = l.id
    group by l.queue
  )
  select coalesce(l.queue, q.name), coalesce(q.paused, false), coalesce(l.scheduled, 0)::bigint,
    coalesce(l.queued, 0)::bigint, coalesce(l.blocked, 0)::bigint, coalesce(l.running, 0)::bigint,
    coalesce(l.completed, 0)::bigint, coalesce(l.failed, 0)::bigint, coalesce(l.cancelled, 0)::bigint
  from lane l full join {schema}.queues q on q.name = l.queue
$$;
