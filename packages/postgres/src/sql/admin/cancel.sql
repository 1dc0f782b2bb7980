-- Ends a job that does not run; of one that runs, notes what its worker is to be told. A verdict, as the port has it.
create or replace function {schema}.cancel(p_id uuid, p_stay bigint, p_now bigint) returns text
language plpgsql as $$
declare
  v_job {schema}.jobs := {schema}.take_waiting(p_id, true);
begin
  if v_job.id is not null then
    perform {schema}.finish(v_job, 'x', coalesce({schema}.kept(v_job.keep, 'x'), p_stay), null, p_now);
    return 'done';
  end if;
  update {schema}.jobs set cancel = coalesce(cancel, p_stay) where id = p_id and (state = 's' or state = 'r' and locks is not null);
  if found then
    return 'requested';
  end if;
  return case when {schema}.has_ended(p_id, p_now) then 'unchanged' else 'unknown' end;
end $$;
