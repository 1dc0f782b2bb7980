-- Notes that claims hold so many jobs less, in one order: of two exchanges that settle runs of the same claims, none waits
-- for the other but here.
create or replace function {schema}.let_go_all(p_claims uuid[], p_counts int[]) returns void
language plpgsql as $$
declare
  v_one record;
begin
  for v_one in
    select claim, sum(count)::int as count from unnest(p_claims, p_counts) as u(claim, count) group by claim order by claim
  loop
    perform {schema}.let_go(v_one.claim, v_one.count);
  end loop;
end $$;
