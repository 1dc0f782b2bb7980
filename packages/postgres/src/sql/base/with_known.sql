-- The answer about all jobs of a request, of which p_known were there and p_stored were not; p_answer is about the latter.
create or replace function {schema}.with_known(p_ids uuid[], p_known uuid[], p_stored uuid[], p_answer text) returns text
language sql as $$
  select string_agg(case
    when a.id = any(p_known) then 'existing ' || a.id
    else coalesce((string_to_array(p_answer, ','))[array_position(p_stored, a.id)], 'created ' || a.id)
  end, ',' order by a.n)
  from unnest(p_ids) with ordinality as a(id, n)
$$;
