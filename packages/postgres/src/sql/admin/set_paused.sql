create or replace function {schema}.set_paused(p_queue text, p_paused boolean) returns void
language sql as $$
  insert into {schema}.queues (name, paused) values (p_queue, p_paused)
  on conflict (name) do update set paused = excluded.paused
$$;
