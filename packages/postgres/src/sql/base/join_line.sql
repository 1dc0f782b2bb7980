-- Puts a job that waits nowhere at the end of what is due at its priority, or among the scheduled, by its due time.
create or replace function {schema}.join_line(p_job {schema}.jobs, p_now bigint) returns void
language plpgsql as $$
begin
  p_job.seq := nextval('{schema}.places');
  p_job.rank := p_job.priority;
  p_job.claim := null;
  if p_job.due_at <= p_now then
    p_job.state := 'q';
    insert into {schema}.jobs select p_job.*;
    insert into {schema}.count_deltas (lane, queued) values (p_job.lane, 1);
  else
    p_job.state := 'd';
    insert into {schema}.scheduled select p_job.*;
    insert into {schema}.count_deltas (lane, scheduled) values (p_job.lane, 1);
  end if;
end $$;
