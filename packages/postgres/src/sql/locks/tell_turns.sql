-- Wakes the workers of these queues, in every process; null: of none.
create or replace function {schema}.tell_turns(p_queues text[]) returns void
language plpgsql as $$
begin
  if p_queues is not null then
    perform pg_notify('{channel}', json_build_array('wake', '', case when cardinality(p_queues) <= 20 then p_queues end)::text);
  end if;
end $$;
