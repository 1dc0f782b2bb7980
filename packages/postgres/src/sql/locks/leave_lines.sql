-- A job that waited for locks does so no longer; others may have their turn. After lock_up.
create or replace function {schema}.leave_lines(p_id uuid) returns void
language plpgsql as $$
declare
  v_keys text[];
begin
  delete from {schema}.waits where id = p_id returning keys into v_keys;
  if v_keys is not null then
    delete from {schema}.lines where key = any(v_keys) and id = p_id;
    perform {schema}.tell_turns({schema}.offer(v_keys, {schema}.now_ms()));
  end if;
end $$;
