-- Makes a schedule or changes it. p_next: taken where the schedule is new or its timing is another.
create or replace function {schema}.upsert_schedule(
  p_name text, p_task text, p_queue text, p_timing text, p_definition text, p_retry_delay bigint, p_next bigint,
  p_active boolean, out schedule text
)
language plpgsql as $$
declare
  v {schema}.schedules;
  v_revision bigint := {schema}.next_revision(0);
begin
  insert into {schema}.schedules as s (name, task, queue, timing, definition, retry_delay, active, next_run_at, revision,
    epoch, created_at)
  values (p_name, p_task, p_queue, p_timing, p_definition, p_retry_delay, coalesce(p_active, true), p_next, v_revision,
    v_revision, {schema}.now_ms())
  on conflict (name) do update set
    task = p_task, queue = p_queue, definition = p_definition, retry_delay = p_retry_delay,
    active = coalesce(p_active, s.active),
    revision = greatest(s.revision + 1, v_revision),
    epoch = case when s.timing = p_timing then s.epoch else greatest(s.revision + 1, v_revision) end,
    next_run_at = case when s.timing = p_timing then s.next_run_at else p_next end,
    timing = p_timing
  returning * into v;
  insert into {schema}.queues (name) values (p_queue) on conflict do nothing;
  update {schema}.schedules set look_at = case when active then next_run_at end where name = p_name;
  schedule := {schema}.show_schedule(v);
end $$;
