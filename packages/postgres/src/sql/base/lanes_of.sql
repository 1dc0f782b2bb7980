-- The lanes of a queue and a task; null of either: of all.
create or replace function {schema}.lanes_of(p_queue text, p_task text) returns int[]
language sql stable as $$
  select coalesce(array_agg(id), '{}') from {schema}.lanes
  where queue = coalesce(p_queue, queue) and task = coalesce(p_task, task)
$$;
