-- Takes up to p_limit jobs out of the claims of workers that are gone or whose lease ran out. p_stay_failed and
-- p_stay_cancelled: how long those stay that do not say it themselves; p_turn: how long the turn of a job with locks lasts.
create or replace function {schema}.recover(
  p_limit int, p_error text, p_stay_failed bigint, p_stay_cancelled bigint, p_turn bigint, p_sender text,
  out count int, out more boolean
)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_now bigint := {schema}.now_ms();
  v_claim record;
  v_job {schema}.jobs;
  v_again boolean;
  v_waits boolean := false;
  v_ended uuid[];
  v_unrun uuid[];
begin
  count := 0;
  more := false;
  -- From here on it may come back only by registering again.
  delete from {schema}.workers where instance = any(array(
    select instance from {schema}.workers where lease_until <= v_now for update skip locked
  ));
  for v_claim in
    select c.claim, c.ids from {schema}.claims c
    where not exists (select from {schema}.workers w where w.instance = c.instance)
    order by c.claim limit p_limit
    for update skip locked
  loop
    for v_job in
      select j.* from unnest(v_claim.ids) with ordinality as u(id, n)
      join {schema}.jobs j on j.id = u.id and j.claim = v_claim.claim
      order by u.n limit p_limit - count + 1
      for update of j skip locked
    loop
      if count = p_limit then
        more := true;
        exit;
      end if;
      count := count + 1;
      if v_job.locks is not null then
        v_ended := v_ended || v_job.id;
      end if;
      v_again := {schema}.recover_job(v_job, p_error, p_stay_failed, p_stay_cancelled, v_now);
      v_waits := v_waits or v_again;
      if v_again and v_job.state = 'r' then
        v_unrun := v_unrun || v_job.id;
      end if;
    end loop;
    exit when more;
    delete from {schema}.claims c where c.claim = v_claim.claim
      and not exists (select from {schema}.jobs j where j.id = any(c.ids) and j.claim = c.claim);
  end loop;
  more := more or count = p_limit and exists (
    select from {schema}.claims c where not exists (select from {schema}.workers w where w.instance = c.instance)
  );
  if v_ended is not null then
    v_waits := {schema}.end_runs(v_ended, v_unrun, v_now) is not null or v_waits;
  end if;
  v_waits := {schema}.tend_locks(v_now - p_turn, v_now) is not null or v_waits;
  if v_waits then
    perform pg_notify('{channel}', json_build_array('release', p_sender, null)::text);
  end if;
end $$;
