-- Frees a unique key in the hands of that job, unless it is held for a window.
create or replace function {schema}.free_key(p_digest uuid, p_id uuid) returns void
language plpgsql as $$
begin
  if p_digest is not null then
    delete from {schema}.keys where digest = p_digest and id = p_id and until is null;
  end if;
end $$;
