create or replace function {schema}.remove_schedule(p_name text, out removed boolean)
language plpgsql as $$
begin
  delete from {schema}.schedules where name = p_name;
  removed := found;
end $$;
