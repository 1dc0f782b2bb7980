-- Of each (state, stay) the jobs expire in their order, so this looks at no job that is to stay but the first of each.
create or replace function {schema}.prune_finished(p_limit int, p_now bigint) returns int
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_shelf record;
  v_left int := p_limit;
  v_count int;
begin
  for v_shelf in select state, stay from {schema}.shelves() loop
    continue when (
      select finished_at + stay > p_now from {schema}.finished where state = v_shelf.state and stay = v_shelf.stay
      order by seq limit 1
    );
    with gone as (
      delete from {schema}.finished where id = any(array(
        select f.id from (
          select id, finished_at from {schema}.finished where state = v_shelf.state and stay = v_shelf.stay
          order by seq limit v_left
        ) f where f.finished_at + v_shelf.stay <= p_now
      )) returning lane
    ), counted as (
      insert into {schema}.count_deltas (lane, completed, failed, cancelled)
      select lane, case v_shelf.state when 'c' then -count(*) else 0 end, case v_shelf.state when 'f' then -count(*) else 0 end,
        case v_shelf.state when 'x' then -count(*) else 0 end
      from gone group by lane
    )
    select count(*) into v_count from gone;
    v_left := v_left - v_count;
    exit when v_left <= 0;
  end loop;
  return p_limit - v_left;
end $$;
