-- Ends locks whose time is over, and lets turns pass on that began before p_since. Answers the queues of jobs whose turn it
-- is now, null where there is none.
create or replace function {schema}.tend_locks(p_since bigint, p_now bigint) returns text[]
language plpgsql as $$
declare
  v_keys text[];
  v_passed uuid[];
  v_left text[];
begin
  if not exists (select from {schema}.locks where until <= p_now)
    and not exists (select from {schema}.waits where turn_at <= p_since)
  then
    return null;
  end if;
  perform {schema}.lock_up();
  with gone as (
    delete from {schema}.locks where until <= p_now returning key
  )
  select array_agg(distinct key) into v_keys from gone;
  with passed as (
    update {schema}.waits set turn_at = null where turn_at <= p_since returning id, keys
  )
  select array_agg(distinct id), array_agg(distinct key) into v_passed, v_left from passed cross join unnest(keys) as k(key);
  if v_passed is not null then
    delete from {schema}.lines where key = any(v_left) and id = any(v_passed);
  end if;
  return {schema}.offer(v_keys || v_left, p_now);
end $$;
