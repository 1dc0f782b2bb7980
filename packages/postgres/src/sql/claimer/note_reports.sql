-- Progress and meta of jobs in flight. p_reports: a JSON array; a value that is not there leaves what was. Answers the
-- numbers (from 1) of those that the fence refused, null where none was.
create or replace function {schema}.note_reports(p_reports json) returns int[]
language plpgsql as $$
declare
  v_done int[];
begin
  with told as (
    update {schema}.jobs j set progress = coalesce(r.progress, j.progress), meta = coalesce(r.meta, j.meta)
    from rows from (json_to_recordset(p_reports) as (id uuid, run int, claim uuid, progress text, meta text)) with ordinality
      as r(id, run, claim, progress, meta, n)
    where j.id = r.id and j.run = r.run and j.claim = r.claim
    returning r.n
  )
  select array_agg(n) into v_done from told;
  if coalesce(cardinality(v_done), 0) = json_array_length(p_reports) then
    return null;
  end if;
  return array(
    select n from generate_series(1, json_array_length(p_reports)) n where n <> all(coalesce(v_done, '{}'))
  );
end $$;
