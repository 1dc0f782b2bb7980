create or replace function {schema}.get_schedule(p_name text, out schedule text)
language sql stable as $$
  select {schema}.show_schedule(s)::text from {schema}.schedules s where s.name = p_name
$$;
