-- Runs have ended, and with them their locks. Answers the queues of jobs whose turn it is now, null where there is none.
create or replace function {schema}.end_runs(p_owners text[], p_now bigint) returns text[]
language plpgsql as $$
declare
  v_keys text[];
begin
  perform {schema}.lock_up();
  with gone as (
    delete from {schema}.locks where owner = any(p_owners) returning key
  )
  select array_agg(distinct key) into v_keys from gone;
  return {schema}.offer(v_keys, p_now);
end $$;
