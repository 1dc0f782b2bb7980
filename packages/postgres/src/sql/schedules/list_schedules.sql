-- A page by name, and one more where there are more.
create or replace function {schema}.list_schedules(p_after text, p_limit int, out schedule text) returns setof text
language sql stable as $$
  select {schema}.show_schedule(s)::text from {schema}.schedules s where s.name > p_after order by s.name limit p_limit + 1
$$;
