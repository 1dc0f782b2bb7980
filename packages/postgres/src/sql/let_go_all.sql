-- Notes, for each claim as often as it is named, that it holds one job less. In one order, so that no two wait for each other.
create or replace function {schema}.let_go_all(p_claims uuid[]) returns void
language plpgsql as $$
declare
  v_claim uuid;
  v_count int;
  v_held int;
begin
  for v_claim, v_count in select claim, count(*) from unnest(p_claims) as claim group by claim order by claim loop
    update {schema}.claims set held = held - v_count where claim = v_claim returning held into v_held;
    if v_held <= 0 then
      delete from {schema}.claims where claim = v_claim;
    end if;
  end loop;
end $$;
