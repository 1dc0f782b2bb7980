-- Takes schedules that are due, in the order of their times; each goes to no other before its retry delay has passed.
create or replace function {schema}.take_schedules(
  p_limit int, p_bytes bigint, out clock bigint, out next_in bigint, out due text
)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  v_now bigint := {schema}.now_ms();
begin
  if exists (select from {schema}.schedules where look_at <= v_now) then
    with waiting as materialized (
      select name, look_at, octet_length(definition) as size from {schema}.schedules
      where look_at <= v_now order by look_at limit p_limit for update skip locked
    ), sized as (
      select name, sum(size) over (order by look_at, name) - size as before from waiting
    ), taken as (
      update {schema}.schedules s set look_at = v_now + s.retry_delay
      from sized where sized.name = s.name and sized.before < p_bytes
      returning s as schedule
    )
    select json_agg({schema}.show_schedule(t.schedule) order by (t.schedule).next_run_at) into due from taken t;
  end if;
  clock := v_now;
  select greatest(look_at - v_now, 0) into next_in from {schema}.schedules where look_at is not null order by look_at limit 1;
end $$;
