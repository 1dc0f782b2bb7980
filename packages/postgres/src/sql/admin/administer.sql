-- An admin operation on each of these jobs, in order; verdicts joined by commas. p_stay: of a cancelled
-- job. A verdict 'busy': to be asked for again in another transaction.
create or replace function {schema}.administer(p_operation text, p_ids text, p_stay bigint, out verdicts text)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  v_now bigint := {schema}.now_ms();
  v_id uuid;
  v_verdict text;
  v_verdicts text[];
  v_place int;
  v_waits boolean;
begin
  -- Those that wait for locks come last: from then on nobody may be waited for, see lock_up.sql.
  for v_id, v_place, v_waits in
    select u.id, u.n, w.id is not null
    from unnest(string_to_array(p_ids, ',')::uuid[]) with ordinality as u(id, n) left join {schema}.waits w on w.id = u.id
    order by w.id is not null, u.n
  loop
    loop
      if v_waits then
        perform {schema}.lock_up();
        perform from {schema}.jobs where id = v_id for update skip locked;
        if not found and exists (select from {schema}.jobs where id = v_id) then
          v_verdict := 'busy';
          exit;
        end if;
      end if;
      v_verdict := case p_operation
        when 'cancel' then {schema}.cancel(v_id, p_stay, v_now)
        when 'retry' then {schema}.retry(v_id, v_now)
        when 'make_due' then {schema}.make_due(v_id, v_now)
        when 'remove' then {schema}.remove(v_id, v_now)
      end;
      -- One that is found in no table may just have gone from one to another.
      exit when v_verdict <> 'unknown' or not exists (
        select from {schema}.jobs where id = v_id union all select from {schema}.scheduled where id = v_id
        union all select from {schema}.blocked where id = v_id
        union all select from {schema}.finished where id = v_id and finished_at + stay > v_now
      );
    end loop;
    v_verdicts[v_place] := v_verdict;
  end loop;
  verdicts := array_to_string(v_verdicts, ',');
end $$;
