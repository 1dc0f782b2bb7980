-- Takes a job out of the hands of a worker that is gone; true where it waits again. Of one that had started the attempt
-- stays charged. One that was to be cancelled ends.
create or replace function {schema}.recover_job(
  p_job {schema}.jobs, p_error text, p_stay_failed bigint, p_stay_cancelled bigint, p_now bigint
) returns boolean
language plpgsql as $$
declare
  v_started boolean := p_job.state = 's';
begin
  if v_started then
    p_job.errors := {schema}.add_error(p_job.errors, p_error, p_job.attempt, p_now);
  end if;
  if p_job.cancel is not null or v_started and p_job.attempt >= p_job.max_attempts then
    delete from {schema}.jobs where id = p_job.id;
    insert into {schema}.count_deltas (lane, queued, running) values (p_job.lane, -(not v_started)::int, -v_started::int);
    if p_job.cancel is not null then
      perform {schema}.finish(p_job, 'x', coalesce({schema}.kept(p_job.keep, 'x'), p_stay_cancelled), null, p_now);
    else
      perform {schema}.finish(p_job, 'f', coalesce({schema}.kept(p_job.keep, 'f'), p_stay_failed), null, p_now);
    end if;
    return false;
  end if;
  if v_started then
    insert into {schema}.count_deltas (lane, queued, running) values (p_job.lane, 1, -1);
  end if;
  update {schema}.jobs set state = 'q', claim = null, rank = case when v_started then -32769 else rank end,
    errors = p_job.errors, locks = nullif(locks, '[]')
  where id = p_job.id;
  return true;
end $$;
