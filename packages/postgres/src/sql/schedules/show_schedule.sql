-- A schedule as the port shows it.
create or replace function {schema}.show_schedule(s {schema}.schedules) returns json
language sql stable as $$
  select json_build_object(
    'name', s.name, 'task', s.task, 'queue', s.queue, 'timing', s.timing, 'definition', s.definition,
    'retryDelay', s.retry_delay, 'active', s.active, 'nextRunAt', s.next_run_at, 'revision', s.revision, 'epoch', s.epoch,
    'createdAt', s.created_at, 'lastRunAt', s.last_run_at, 'lastJob', s.last_job, 'runs', s.runs)
$$;
