-- Frees the keys of jobs that are unique while queued, as they are claimed; a later retry does not take them back.
create or replace function {schema}.give_up_keys(p_ids uuid[]) returns void
language plpgsql as $$
begin
  delete from {schema}.keys k
  using (
    select j.unique_digest, j.id from unnest(p_ids) as c(id) join {schema}.jobs j on j.id = c.id
    where j.unique_mode = 'q' and j.unique_digest is not null order by 1
  ) held
  where k.digest = held.unique_digest and k.id = held.id;
  update {schema}.jobs j set unique_digest = null
  from unnest(p_ids) as c(id)
  where j.id = c.id and j.unique_mode = 'q' and j.unique_digest is not null;
end $$;
