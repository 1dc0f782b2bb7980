-- An acquisition gives up these keys, null: all. count: how many it held.
create or replace function {schema}.release_locks(p_acquisition uuid, p_keys text[], p_sender text, out count int)
language plpgsql as $$
declare
  v_now bigint;
  v_keys text[];
begin
  perform {schema}.lock_up();
  v_now := {schema}.now_ms();
  with gone as (
    delete from {schema}.locks h where h.acquisition = p_acquisition and not h.own and (p_keys is null or h.key = any(p_keys))
    returning h.key, h.until
  )
  select count(*) filter (where until is null or until > v_now), array_agg(key) into count, v_keys from gone;
  if v_keys is not null then
    perform {schema}.tell_turns({schema}.offer(v_keys, v_now));
    perform pg_notify('{channel}', json_build_array('unlocked', p_sender)::text);
  end if;
end $$;
