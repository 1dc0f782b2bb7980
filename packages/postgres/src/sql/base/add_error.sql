-- A job's errors with one more: the first and the latest 49. Each is a text: attempt, time, and the record as JSON; an
-- attempt or a time that is not 0 stands before what the record says.
create or replace function {schema}.add_error(p_errors text[], p_error text, p_attempt int, p_time bigint) returns text[]
language sql immutable as $$
  select case
    when cardinality(p_errors) >= 50 then p_errors[1:1] || p_errors[cardinality(p_errors) - 47:cardinality(p_errors)]
    else coalesce(p_errors, '{}')
  end || (p_attempt || ' ' || p_time || ' ' || p_error)
$$;
