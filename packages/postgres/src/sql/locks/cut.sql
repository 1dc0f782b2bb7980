-- How many of these picked jobs a claim may take: it ends before the first that would be reserved and may not be, and where the
-- inputs fill p_max_bytes, but never before one job. p_places: where their rows are, which are locked; p_start: so many are
-- started; p_soon: those and so many after them may have locks. full: it was the bytes; held_back: it was such a job.
create or replace function {schema}.cut(
  p_places tid[], p_start int, p_soon int, p_bytes bigint, p_max_bytes bigint, out kept int, out bytes bigint,
  out "full" boolean, out held_back boolean
)
language plpgsql as $$
begin
  with each as materialized (
    select c.n, p_bytes + sum(coalesce(octet_length(j.input), 0)) over (order by c.n) as total,
      coalesce(octet_length(j.input), 0) as size, c.n > case
        when j.unique_mode = 'q' then p_start when j.locks is not null then p_soon when j.rank = -32769 then p_start
      end as special
    from unnest(p_places) with ordinality as c(place, n) join {schema}.jobs j on j.ctid = c.place
  ), bounds as (
    select min(n) filter (where special) as special, min(n) filter (where total > size and total > p_max_bytes) as big
    from each
  ), ends as (
    select least(b.special, b.big, cardinality(p_places) + 1) - 1 as kept,
      coalesce(b.special <= b.big, b.special is not null) as held_back,
      coalesce(b.big < b.special, b.big is not null) as "full"
    from bounds b
  )
  select e.kept, e.held_back, e."full", coalesce((select total from each where n = e.kept), p_bytes)
  into kept, held_back, "full", bytes
  from ends e;
end $$;
