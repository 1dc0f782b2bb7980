-- Those of these ids that jobs have already.
create or replace function {schema}.known_ids(p_ids uuid[]) returns uuid[]
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return array(
    select u.id from unnest(p_ids) as u(id)
    where exists (select from {schema}.jobs j where j.id = u.id)
      or exists (select from {schema}.scheduled s where s.id = u.id)
      or exists (select from {schema}.blocked b where b.id = u.id)
      or exists (select from {schema}.finished f where f.id = u.id)
  );
end $$;
