-- Workers whose lease lives.
create or replace function {schema}.list_workers() returns table (
  id text, instance uuid, host text, pid int, queues text[], lanes text[], beat_age bigint
)
language sql volatile as $$
  select w.id, w.instance, w.host, w.pid, w.queues, w.lanes, greatest({schema}.now_ms() - w.beat_at, 0)
  from {schema}.workers w where w.lease_until > {schema}.now_ms()
  order by w.id
$$;
