-- A final job joins the end of its line again, with its unique key where it had not given that up. A verdict.
create or replace function {schema}.retry(p_id uuid, p_now bigint) returns text
language plpgsql as $$
declare
  v_ended {schema}.finished;
  v_job {schema}.jobs;
  v_holder uuid;
begin
  select * into v_ended from {schema}.finished where id = p_id and finished_at + stay > p_now for update;
  if v_ended.id is null then
    return case when exists (select from {schema}.jobs where id = p_id) or exists (select from {schema}.scheduled where id = p_id)
      or exists (select from {schema}.blocked where id = p_id)
      then 'unchanged' else 'unknown' end;
  end if;
  if v_ended.unique_digest is not null then
    if v_ended.unique_mode = 'w' then
      select id into v_holder from {schema}.keys where digest = v_ended.unique_digest and (until is null or until > p_now);
    else
      insert into {schema}.keys as k (digest, id, mode) values (v_ended.unique_digest, p_id, v_ended.unique_mode)
      on conflict (digest) do update set id = case when k.until <= p_now then p_id else k.id end,
        mode = case when k.until <= p_now then excluded.mode else k.mode end,
        until = case when k.until <= p_now then null else k.until end
      returning id into v_holder;
    end if;
    if v_holder <> p_id then
      return 'conflict';
    end if;
  end if;
  delete from {schema}.finished where id = p_id;
  insert into {schema}.count_deltas (lane, completed, failed, cancelled)
  values (v_ended.lane, -(v_ended.state = 'c')::int, -(v_ended.state = 'f')::int, -(v_ended.state = 'x')::int);
  v_job := {schema}.as_job(v_ended);
  v_job.max_attempts := greatest(v_job.max_attempts, case when v_job.max_attempts is not null then v_job.attempt + 1 end);
  v_job.locks := nullif(v_job.locks, '[]');
  v_job.postpones := 0;
  v_job.due_at := p_now;
  perform {schema}.join_line(v_job, p_now);
  return 'done';
end $$;
