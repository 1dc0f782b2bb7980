-- A job as one text for the adapter: fields by unit separators (which stand in no JSON text), at the end the rare ones as one
-- JSON object, and the locks. What is as usual is left empty, for each field that is written costs; most jobs are as usual in all.
-- It is inlined where it is called with a table's row.
create or replace function {schema}.line(j {schema}.jobs) returns text
language sql stable as $$
  select j.id || E'\x1f' || j.lane || E'\x1f' || j.seq || E'\x1f' || j.state::text || E'\x1f' || j.created_at || case
      when j.due_at = j.created_at and j.started_at = 0 and j.run = 1 and j.attempt = 0 and j.max_attempts = 3
        and j.priority = 10 and j.rank = 10 then E'\x1f\x1f\x1f\x1f0\x1f\x1f\x1f\x1f'
      else E'\x1f' || case when j.due_at = j.created_at then '' else j.due_at::text end || E'\x1f'
        || case when j.started_at = 0 then '' else j.started_at::text end || E'\x1f'
        || case when j.run = 1 then '' else j.run::text end || E'\x1f'
        || case when j.attempt = 1 then '' else j.attempt::text end || E'\x1f'
        || case when j.max_attempts = 3 then '' when j.max_attempts is null then '-' else j.max_attempts::text end || E'\x1f'
        || case when j.priority = 10 then '' else j.priority::text end || E'\x1f'
        || case when j.rank = j.priority then '' else j.rank::text end || E'\x1f'
    end || coalesce(j.keep, '') || E'\x1f' || coalesce(j.input, '') || case
      when j.postpones = 0 and j.settings is null and j.headers is null and j.schedule is null
        and j.unique_key is null and j.progress is null and j.meta is null and j.errors is null
        then coalesce(E'\x1f\x1f' || j.locks, '')
      else E'\x1f' || json_build_object('postpones', j.postpones, 'settings', j.settings, 'headers', j.headers,
        'schedule', j.schedule, 'uniqueKey', j.unique_key, 'progress', j.progress,
        'meta', j.meta, 'errors', j.errors)::text || coalesce(E'\x1f' || j.locks, '')
    end
$$;
