-- Stores new jobs of which some have unique keys; parameters as of "put", their specs with "digest", "key", "mode", "length" (of a
-- window) and "conflict". Answers null where all were created, else a line for each job: its outcome and an id.
create or replace function {schema}.put_unique(
  p_ids uuid[], p_inputs text[], p_specs jsonb, p_index int[], p_lanes int[], p_now bigint
) returns text
language plpgsql as $$
declare
  v_job record;
  v_key {schema}.keys;
  v_new {schema}.jobs;
  v_outcomes text[] := '{}';
  v_plain boolean := true;
begin
  -- All keys are locked first, in one order, so that no two requests wait for each other. A row without an id is free.
  insert into {schema}.keys (digest, mode)
  select distinct (s ->> 'digest')::uuid, 'a'::"char" from jsonb_array_elements(p_specs) s
  where s ->> 'digest' is not null order by 1
  on conflict (digest) do update set mode = keys.mode;

  for v_job in
    select u.id, u.input, s.*, coalesce(s.at, p_now + s.delay) as due
    from unnest(p_ids, p_inputs, coalesce(p_index, array_fill(1, array[cardinality(p_ids)])))
      with ordinality as u(id, input, spec_no, n)
    join rows from (jsonb_to_recordset(p_specs) as (
      lane int, priority smallint, attempts int, keep text, settings text, headers text, schedule text, locks text,
      at bigint, delay bigint, digest uuid, key text, mode "char", length bigint, conflict text)) with ordinality
      as s(lane, priority, attempts, keep, settings, headers, schedule, locks, at, delay, digest, key, mode, length, conflict, no)
      on s.no = u.spec_no
    order by u.n
  loop
    select * into v_key from {schema}.keys where digest = v_job.digest;
    if v_key.id is not null and (v_key.until is null or v_key.until > p_now) then
      if v_job.conflict = 'return' then
        v_outcomes := v_outcomes || ('existing ' || v_key.id);
        v_plain := false;
        continue;
      elsif v_job.conflict = 'throw' then
        v_outcomes := v_outcomes || ('conflict ' || v_key.id);
        v_plain := false;
        continue;
      elsif {schema}.replace_waiting(v_key.id, v_job.input, v_job.locks, v_job.due, p_now) then
        v_outcomes := v_outcomes || ('replaced ' || v_key.id);
        v_plain := false;
        continue;
      end if;
    end if;

    v_outcomes := v_outcomes || ('created ' || v_job.id);
    update {schema}.keys set id = v_job.id, mode = v_job.mode, until = p_now + v_job.length where digest = v_job.digest;
    v_new := null;
    v_new.created_at := p_now;
    v_new.due_at := v_job.due;
    v_new.id := v_job.id;
    v_new.lane := p_lanes[v_job.lane];
    v_new.priority := v_job.priority;
    v_new.postpones := 0;
    v_new.max_attempts := v_job.attempts;
    v_new.run := 0;
    v_new.attempt := 0;
    v_new.started_at := 0;
    v_new.input := v_job.input;
    v_new.keep := v_job.keep;
    v_new.settings := v_job.settings;
    v_new.headers := v_job.headers;
    v_new.schedule := v_job.schedule;
    v_new.locks := v_job.locks;
    v_new.unique_key := v_job.key;
    v_new.unique_mode := v_job.mode;
    v_new.unique_digest := v_job.digest;
    perform {schema}.join_line(v_new, p_now);
  end loop;
  return case when v_plain then null else array_to_string(v_outcomes, ',') end;
end $$;
