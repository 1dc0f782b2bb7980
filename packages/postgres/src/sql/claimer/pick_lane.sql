-- The first waiting jobs of one lane, locked; ids null where there is none. places: where their rows are; special: one of them may not be reserved.
create or replace function {schema}.pick_lane(
  p_lane int, p_want int, p_floors json, out ids uuid[], out places tid[], out size bigint, out special boolean
)
language plpgsql as $$
begin
  select array_agg(p.id), array_agg(p.ctid), sum(p.size), bool_or(p.special) into ids, places, size, special
  from (
    select j.id, j.ctid, j.size, j.special
    from {schema}.ranges(array[p_lane], p_floors) r
    cross join lateral (
      select id, ctid, octet_length(input) as size, rank = -32769 or locks is not null or unique_mode = 'q' as special
      from {schema}.jobs
      where lane = p_lane and (rank, seq) > (r.low_rank, r.low_seq) and rank <= r.high_rank and state = 'q'
      order by rank, seq limit p_want
      for update skip locked
    ) j
    limit p_want
  ) p;
end $$;
