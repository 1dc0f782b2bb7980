-- Running jobs, found by the claims that hold them, from behind (p_rank, p_seq).
create or replace function {schema}.list_running(p_queue text, p_task text, p_rank bigint, p_seq bigint, p_limit int)
returns table (job text, finished_at bigint, result text, worker text, major bigint, minor bigint)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_lanes int[] := {schema}.lanes_of(p_queue, p_task);
begin
  return query
  select {schema}.line(j), null::bigint, null::text, w.id, j.rank::bigint, j.seq
  from {schema}.claims c
  cross join unnest(c.ids) as u(id)
  join {schema}.jobs j on j.id = u.id and j.claim = c.claim and j.state = 's'
  left join {schema}.workers w on w.instance = c.instance
  where j.lane = any(v_lanes) and (j.rank, j.seq) > (p_rank, p_seq)
  order by j.rank, j.seq limit p_limit;
end $$;
