-- Takes a job that does not run out of where it waits, and out of the lines of its locks; null where there is none. A
-- reservation is taken back with it, unless it holds locks: nobody else may have those before its worker has settled it.
-- p_wait: false passes by a job that somebody is changing just now.
create or replace function {schema}.take_waiting(p_id uuid, p_wait boolean) returns {schema}.jobs
language plpgsql as $$
declare
  v_job {schema}.jobs;
begin
  if exists (select from {schema}.waits where id = p_id) then
    perform {schema}.lock_up();
    delete from {schema}.blocked where id = p_id returning * into v_job;
    if v_job.id is not null then
      insert into {schema}.count_deltas (lane, blocked) values (v_job.lane, -1);
      perform {schema}.leave_lines(p_id);
      return v_job;
    end if;
    p_wait := false;
  end if;
  if p_wait then
    delete from {schema}.jobs where id = p_id and (state = 'q' or state = 'r' and locks is null) returning * into v_job;
  else
    delete from {schema}.jobs where (state = 'q' or state = 'r' and locks is null) and id = (
      select id from {schema}.jobs where id = p_id for update skip locked
    ) returning * into v_job;
  end if;
  if v_job.id is not null then
    insert into {schema}.count_deltas (lane, queued) values (v_job.lane, -1);
    perform {schema}.let_go(v_job.claim, 1);
    if v_job.locks is not null then
      perform {schema}.leave_lines(p_id);
    end if;
    return v_job;
  end if;
  if p_wait then
    delete from {schema}.scheduled where id = p_id returning * into v_job;
  else
    delete from {schema}.scheduled where id = (
      select id from {schema}.scheduled where id = p_id for update skip locked
    ) returning * into v_job;
  end if;
  if v_job.id is not null then
    insert into {schema}.count_deltas (lane, scheduled) values (v_job.lane, -1);
  end if;
  return v_job;
end $$;
