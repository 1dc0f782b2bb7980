create or replace function {schema}.owner_of_run(p_id uuid, p_run int) returns text
language sql stable as $$
  select 'job:' || p_id || ':' || p_run
$$;
