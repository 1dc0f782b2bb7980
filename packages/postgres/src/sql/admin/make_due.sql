-- A scheduled job becomes due now. A verdict.
create or replace function {schema}.make_due(p_id uuid, p_now bigint) returns text
language plpgsql as $$
declare
  v_job {schema}.jobs;
begin
  delete from {schema}.scheduled where id = p_id returning * into v_job;
  if v_job.id is not null then
    insert into {schema}.count_deltas (lane, scheduled) values (v_job.lane, -1);
    v_job.due_at := p_now;
    perform {schema}.join_line(v_job, p_now);
    return 'done';
  end if;
  return case when exists (select from {schema}.jobs where id = p_id) or exists (select from {schema}.blocked where id = p_id)
    or {schema}.has_ended(p_id, p_now)
    then 'unchanged' else 'unknown' end;
end $$;
