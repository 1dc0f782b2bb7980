-- Takes a worker off the list. Its claims, now nobody's, are recovered.
create or replace function {schema}.unregister(p_instance uuid) returns void
language sql as $$
  delete from {schema}.workers where instance = p_instance
$$;
