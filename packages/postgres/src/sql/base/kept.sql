-- How long a job's own setting lets it stay in a final state; null where it has none.
create or replace function {schema}.kept(p_keep text, p_state "char") returns bigint
language sql immutable as $$
  select split_part(p_keep, ',', case p_state when 'c' then 1 when 'f' then 2 else 3 end)::bigint
$$;
