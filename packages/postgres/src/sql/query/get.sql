-- A job by its id: its line; of an ended one how it ended; of a running one its worker.
create or replace function {schema}.get(p_id uuid, out job text, out finished_at bigint, out result text, out worker text)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
begin
  select f.job, f.finished_at, f.result, f.worker into job, finished_at, result, worker
  from (
    select {schema}.line(j) as job, null::bigint as finished_at, null::text as result,
      case when j.state = 's' then (
        select w.id from {schema}.claims c join {schema}.workers w using (instance) where c.claim = j.claim
      ) end as worker
    from {schema}.jobs j where j.id = p_id
    union all
    select {schema}.line({schema}.as_job(s)), null, null, null from {schema}.scheduled s where s.id = p_id
    union all
    select {schema}.line({schema}.as_job(b)), null, null, null from {schema}.blocked b where b.id = p_id
    union all
    select {schema}.line({schema}.as_job(f)), f.finished_at, f.result, null from {schema}.finished f
    where f.id = p_id and f.finished_at + f.stay > {schema}.now_ms()
  ) f;
end $$;
