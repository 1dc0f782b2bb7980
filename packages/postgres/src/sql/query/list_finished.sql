-- Finished jobs of one state, latest first, from behind p_seq. It looks at p_scan jobs at most: a last row without a job
-- tells where it stopped before the end.
create or replace function {schema}.list_finished(
  p_state "char", p_queue text, p_task text, p_seq bigint, p_limit int, p_scan int
)
returns table (job text, finished_at bigint, result text, worker text, major bigint, minor bigint)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_lanes int[] := {schema}.lanes_of(p_queue, p_task);
  v_now bigint := {schema}.now_ms();
begin
  return query
  with seen as materialized (
    select s.*, row_number() over (order by s.seq desc) as n
    from (
      select w.* from {schema}.shelves() shelf
      cross join lateral (
        select f.id, f.seq, f.lane, f.finished_at + f.stay > v_now as stays from {schema}.finished f
        where f.state = shelf.state and f.stay = shelf.stay and f.seq < p_seq
        order by f.seq desc limit p_scan
      ) w
      where shelf.state = p_state
      order by w.seq desc limit p_scan
    ) s
  ), hit as (
    select * from seen where stays and lane = any(v_lanes) order by n limit p_limit
  )
  select r.job, r.finished_at, r.result, null::text, 0::bigint, r.seq from (
    select {schema}.line({schema}.as_job(f)) as job, f.finished_at, f.result, h.seq, h.n
    from hit h join {schema}.finished f on f.id = h.id
    union all
    select null, null, null, seq, n + 1 from seen where n = p_scan
  ) r order by r.n;
end $$;
