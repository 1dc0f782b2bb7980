-- Ends runs in any way. p_outcomes: a JSON array with, of each, "n" (its number), "kind", the fence, and what that kind
-- has. refused: the numbers of those that the fence refused; queues: where jobs wait again, or soon.
-- ended: the jobs of these whose runs may have held locks, null where there is none; unrun: jobs that go back
-- without having run; claims: of each run, whose it was.
-- A run that would be tried again but was to be cancelled ends cancelled.
create or replace function {schema}.settle_others(p_outcomes json, p_now bigint, out refused int[], out queues text[],
  out ended uuid[], out unrun uuid[], out claims uuid[])
language plpgsql as $$
declare
  v_outcome record;
  v_job {schema}.jobs;
  v_lanes int[] := '{}';
begin
  refused := '{}';
  for v_outcome in
    select * from json_to_recordset(p_outcomes) as o(
      n int, kind text, id uuid, run int, claim uuid, ran bigint, stay bigint, delay bigint, result text, progress text,
      meta text, attempts int, keep text, locks text, error text, error_time bigint, jobs json)
  loop
    delete from {schema}.jobs where id = v_outcome.id and run = v_outcome.run and claim = v_outcome.claim returning * into v_job;
    if v_job.id is null then
      refused := refused || v_outcome.n;
      continue;
    end if;
    claims := claims || v_job.claim;
    if v_job.locks is not null then
      ended := ended || v_job.id;
    end if;
    insert into {schema}.count_deltas (lane, queued, running)
    values (v_job.lane, -(v_job.state = 'r')::int, -(v_job.state = 's')::int);
    if v_job.state = 'r' and v_outcome.ran is not null then
      v_job.state := 's';
      v_job.attempt := v_job.attempt + 1;
      v_job.started_at := p_now - v_outcome.ran;
    end if;
    v_job.max_attempts := coalesce(v_job.max_attempts, v_outcome.attempts);
    v_job.keep := coalesce(v_job.keep, v_outcome.keep);
    v_job.locks := coalesce(nullif(v_job.locks, '[]'), v_outcome.locks);
    v_job.progress := coalesce(v_outcome.progress, v_job.progress);
    v_job.meta := coalesce(v_outcome.meta, v_job.meta);
    if v_outcome.error is not null then
      v_job.errors := {schema}.add_error(v_job.errors, v_outcome.error, 0,
        case when v_outcome.error_time = 0 then p_now else 0 end);
    end if;

    if v_outcome.kind in ('postpone', 'release') and v_job.state = 's' then
      v_job.attempt := v_job.attempt - 1;
    end if;
    v_job.postpones := v_job.postpones + (v_outcome.kind = 'postpone')::int;
    if v_outcome.kind = 'complete' then
      perform {schema}.finish(v_job, 'c', v_outcome.stay, v_outcome.result, p_now);
    elsif v_outcome.kind = 'fail' then
      perform {schema}.finish(v_job, 'f', v_outcome.stay, null, p_now);
    elsif v_outcome.kind = 'cancel' then
      perform {schema}.finish(v_job, 'x', v_outcome.stay, null, p_now);
    elsif v_job.cancel is not null then
      perform {schema}.finish(v_job, 'x', coalesce({schema}.kept(v_job.keep, 'x'), v_job.cancel), null, p_now);
    elsif v_outcome.kind = 'release' then
      if v_outcome.ran is null then
        unrun := unrun || v_job.id;
      end if;
      v_job.state := 'q';
      v_job.claim := null;
      insert into {schema}.jobs select v_job.*;
      insert into {schema}.count_deltas (lane, queued) values (v_job.lane, 1);
      v_lanes := v_lanes || v_job.lane;
    else
      v_job.due_at := p_now + v_outcome.delay;
      perform {schema}.join_line(v_job, p_now);
      if v_outcome.delay <= 60000 then
        v_lanes := v_lanes || v_job.lane;
      end if;
    end if;
    if v_outcome.jobs is not null then
      perform {schema}.put_json(v_outcome.jobs, p_now);
    end if;
  end loop;
  select array_agg(distinct l.queue) into queues from {schema}.lanes l where l.id = any(v_lanes);
end $$;
