-- Notes that a claim holds one job less.
create or replace function {schema}.let_go(p_claim uuid) returns void
language plpgsql as $$
begin
  if p_claim is not null then
    perform {schema}.let_go_all(array[p_claim]);
  end if;
end $$;
