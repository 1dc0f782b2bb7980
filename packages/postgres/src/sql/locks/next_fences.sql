-- The first of so many new fencing numbers: above all that were given, and at least the time in microseconds. After lock_up.
create or replace function {schema}.next_fences(p_count int) returns bigint
language plpgsql as $$
declare
  v_first bigint;
begin
  select greatest(f.last_value + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint) into v_first from {schema}.fences f;
  perform setval('{schema}.fences', v_first + p_count - 1);
  return v_first;
end $$;
