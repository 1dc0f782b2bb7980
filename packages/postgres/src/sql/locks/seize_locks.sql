-- Takes these locks from owners by name, not from runs. Answers the keys taken, as they were given.
create or replace function {schema}.seize_locks(p_keys text[], p_sender text, out keys text[])
language plpgsql as $$
declare
  v_now bigint;
begin
  perform {schema}.lock_up();
  v_now := {schema}.now_ms();
  with gone as (
    delete from {schema}.locks h where h.key = any(p_keys) and h.owner not like 'job:%' and h.until > v_now returning h.key
  )
  select coalesce(array_agg(key order by array_position(p_keys, key)), '{}') into keys
  from (select distinct key from gone) d;
  if keys <> '{}' then
    perform {schema}.tell_turns({schema}.offer(keys, v_now));
    perform pg_notify('{channel}', json_build_array('unlocked', p_sender)::text);
  end if;
end $$;
