-- Changes what is active or when it is next due, where nobody has changed it since p_revision. p_active: null as it is;
-- p_retimed: p_next is its new time.
create or replace function {schema}.change_schedule(
  p_name text, p_revision bigint, p_active boolean, p_retimed boolean, p_next bigint, out verdict text
)
language plpgsql as $$
declare
  v {schema}.schedules;
begin
  select * into v from {schema}.schedules where name = p_name for update;
  if not found then
    verdict := 'unknown';
  elsif v.revision <> p_revision then
    verdict := 'stale';
  else
    v.revision := {schema}.next_revision(v.revision);
    v.active := coalesce(p_active, v.active);
    if p_retimed then
      v.epoch := v.revision;
      v.next_run_at := p_next;
    end if;
    update {schema}.schedules
    set revision = v.revision, active = v.active, epoch = v.epoch, next_run_at = v.next_run_at,
      look_at = case when v.active then v.next_run_at end
    where name = p_name;
    verdict := 'changed';
  end if;
end $$;
