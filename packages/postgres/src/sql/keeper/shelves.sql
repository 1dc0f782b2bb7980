-- Which (state, stay) there are among the finished jobs, found by hopping along the index from one to the next.
create or replace function {schema}.shelves(out state "char", out stay bigint) returns setof record
language sql stable as $$
  with recursive shelf as (
    (select f.state, f.stay from {schema}.finished f order by f.state, f.stay limit 1)
    union all
    select next.state, next.stay
    from shelf
    cross join lateral (
      select f.state, f.stay from {schema}.finished f where (f.state, f.stay) > (shelf.state, shelf.stay)
      order by f.state, f.stay limit 1
    ) next
  )
  select * from shelf
$$;
