-- Lanes of these queues in which jobs wait and that no live worker serves.
create or replace function {schema}.list_unserved(p_queues text[]) returns table (queue text, lane text)
language sql volatile
set jit = off
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  select l.queue, l.lane from {schema}.lanes l
  where l.queue = any(p_queues)
    and (select true from {schema}.jobs j where j.lane = l.id and j.state = 'q' order by j.rank, j.seq limit 1)
    and not exists (
      select from {schema}.workers w
      where w.lease_until > {schema}.now_ms() and l.queue = any(w.queues) and l.lane = any(w.lanes)
    )
  group by l.queue, l.lane
$$;
