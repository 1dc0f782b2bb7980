-- Notes that a claim holds so many jobs less.
create or replace function {schema}.let_go(p_claim uuid, p_count int) returns void
language plpgsql as $$
declare
  v_held int;
begin
  update {schema}.claims set held = held - p_count where claim = p_claim returning held into v_held;
  if v_held <= 0 then
    delete from {schema}.claims where claim = p_claim;
  end if;
end $$;
