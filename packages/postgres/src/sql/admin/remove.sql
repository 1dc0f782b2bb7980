-- Deletes a job; one that runs is cancelled and leaves nothing when it ends. A verdict, as the port has it.
create or replace function {schema}.remove(p_id uuid, p_now bigint) returns text
language plpgsql as $$
declare
  v_job {schema}.jobs := {schema}.take_waiting(p_id, true);
  v_ended {schema}.finished;
begin
  if v_job.id is not null then
    perform {schema}.free_key(v_job.unique_digest, v_job.id);
    return 'done';
  end if;
  update {schema}.jobs set cancel = -1 where id = p_id and (state = 's' or state = 'r' and locks is not null);
  if found then
    return 'requested';
  end if;
  delete from {schema}.finished where id = p_id returning * into v_ended;
  if v_ended.id is null then
    return 'unknown';
  end if;
  insert into {schema}.count_deltas (lane, completed, failed, cancelled)
  values (v_ended.lane, -(v_ended.state = 'c')::int, -(v_ended.state = 'f')::int, -(v_ended.state = 'x')::int);
  return case when v_ended.finished_at + v_ended.stay > p_now then 'done' else 'unknown' end;
end $$;
