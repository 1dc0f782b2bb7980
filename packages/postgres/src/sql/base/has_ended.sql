create or replace function {schema}.has_ended(p_id uuid, p_now bigint) returns boolean
language sql stable as $$
  select exists (select from {schema}.finished where id = p_id and finished_at + stay > p_now)
$$;
