-- Gives a waiting job another input, its locks, and another due time; false where it does not wait (or is just being claimed). It never waits
-- for a lock: whoever has the job's may be waiting for that of its key.
create or replace function {schema}.replace_waiting(p_id uuid, p_input text, p_locks text, p_due bigint, p_now bigint)
returns boolean
language plpgsql as $$
declare
  v_job {schema}.jobs := {schema}.take_waiting(p_id, false);
begin
  if v_job.id is null then
    return false;
  end if;
  v_job.input := p_input;
  v_job.locks := p_locks;
  v_job.due_at := p_due;
  perform {schema}.join_line(v_job, p_now);
  return true;
end $$;
