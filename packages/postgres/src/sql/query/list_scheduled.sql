-- Scheduled jobs by due time, from behind (p_due, p_seq). It looks at p_scan jobs at most: a last row without a job tells
-- where it stopped before the end.
create or replace function {schema}.list_scheduled(
  p_queue text, p_task text, p_due bigint, p_seq bigint, p_limit int, p_scan int
)
returns table (job text, finished_at bigint, result text, worker text, major bigint, minor bigint)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_lanes int[] := {schema}.lanes_of(p_queue, p_task);
begin
  return query
  with seen as materialized (
    select s.id, s.due_at, s.seq, s.lane, row_number() over (order by s.due_at, s.seq) as n
    from {schema}.scheduled s where (s.due_at, s.seq) > (p_due, p_seq)
    order by s.due_at, s.seq limit p_scan
  ), hit as (
    select * from seen where lane = any(v_lanes) order by n limit p_limit
  )
  select r.job, null::bigint, null::text, null::text, r.due_at, r.seq from (
    select {schema}.line({schema}.as_job(s)) as job, h.due_at, h.seq, h.n
    from hit h join {schema}.scheduled s on s.id = h.id
    union all
    select null, due_at, seq, n + 1 from seen where n = p_scan
  ) r order by r.n;
end $$;
