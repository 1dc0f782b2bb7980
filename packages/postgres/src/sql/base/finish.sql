-- Ends a job that was taken out of where it was: frees its unique key, and keeps it for p_stay ms where that is not 0.
-- A job that is to be removed leaves nothing.
create or replace function {schema}.finish(p_job {schema}.jobs, p_state "char", p_stay bigint, p_result text, p_now bigint)
returns void
language plpgsql as $$
begin
  perform {schema}.free_key(p_job.unique_digest, p_job.id);
  if p_stay > 0 and p_job.cancel is distinct from -1 then
    p_job.state := p_state;
    p_job.seq := nextval('{schema}.places');
    p_job.claim := null;
    p_job.cancel := null;
    insert into {schema}.finished select p_job.*, p_now, p_stay, p_result;
    insert into {schema}.count_deltas (lane, completed, failed, cancelled)
    values (p_job.lane, (p_state = 'c')::int, (p_state = 'f')::int, (p_state = 'x')::int);
  end if;
end $$;
