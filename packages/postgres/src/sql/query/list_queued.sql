-- Queued jobs in claim order, from behind (p_rank, p_seq).
create or replace function {schema}.list_queued(p_queue text, p_task text, p_rank bigint, p_seq bigint, p_limit int)
returns table (job text, finished_at bigint, result text, worker text, major bigint, minor bigint)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return query
  select {schema}.line(j), null::bigint, null::text, null::text, p.rank::bigint, p.seq
  from (
    select w.id, w.rank, w.seq
    from unnest({schema}.lanes_of(p_queue, p_task)) as l(id)
    cross join lateral (
      select j.id, j.rank, j.seq from {schema}.jobs j
      where j.lane = l.id and (j.rank, j.seq) > (p_rank, p_seq) and j.state in ('q', 'r')
      order by j.rank, j.seq limit p_limit
    ) w
    order by w.rank, w.seq limit p_limit
  ) p
  join {schema}.jobs j on j.id = p.id
  order by p.rank, p.seq;
end $$;
