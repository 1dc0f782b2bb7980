-- The revision after this one: the clock in microseconds, so that a schedule that takes the name of a former one begins above it.
create or replace function {schema}.next_revision(p_last bigint) returns bigint
language sql volatile as $$
  select greatest(p_last + 1, floor(date_part('epoch', clock_timestamp()) * 1000000)::bigint)
$$;
