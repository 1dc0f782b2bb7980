-- The first waiting jobs of several lanes, in order over all of them, locked. To lock no more than it takes, it goes along
-- the order in steps: from the next waiting job of any lane, as far as p_span; all lanes are complete to there.
-- Answers as pick_lane does; more: it ended early.
create or replace function {schema}.pick_lanes(
  p_lanes int[], p_want int, p_floors json, p_span bigint,
  out ids uuid[], out places tid[], out size bigint, out special boolean, out more boolean
)
language plpgsql as $$
declare
  v_lane int[];
  v_low_rank int[];
  v_low_seq bigint[];
  v_high_rank int[];
  v_rank int := -32770;
  v_seq bigint := 0;
  v_next_rank int;
  v_next_seq bigint;
  v_found int;
  v_ids uuid[];
  v_places tid[];
  v_size bigint;
  v_special boolean;
  v_span bigint := greatest(p_span, 1);
begin
  size := 0;
  special := false;
  more := false;
  select array_agg(r.lane), array_agg(r.low_rank), array_agg(r.low_seq), array_agg(r.high_rank)
  into v_lane, v_low_rank, v_low_seq, v_high_rank
  from {schema}.ranges(p_lanes, p_floors) r;

  for step in 1 .. 30 loop
    -- Where the next waiting job of any lane is, and in which ranges there are any.
    select (array_agg(f.rank order by f.rank, f.seq))[1], (array_agg(f.seq order by f.rank, f.seq))[1],
      array_agg(f.lane), array_agg(f.low_rank), array_agg(f.low_seq), array_agg(f.high_rank)
    into v_next_rank, v_next_seq, v_lane, v_low_rank, v_low_seq, v_high_rank
    from (
      select r.lane, r.low_rank, r.low_seq, r.high_rank, j.rank, j.seq
      from unnest(v_lane, v_low_rank, v_low_seq, v_high_rank) as r(lane, low_rank, low_seq, high_rank)
      cross join lateral (
        select rank, seq from {schema}.jobs
        where lane = r.lane and (rank, seq) > (r.low_rank, r.low_seq) and (rank, seq) > (v_rank, v_seq)
          and rank <= r.high_rank and state = 'q'
        order by rank, seq limit 1
      ) j
    ) f;
    exit when v_next_rank is null;

    v_rank := v_next_rank;
    v_seq := v_next_seq + v_span - 1;
    select array_agg(p.id order by p.seq), array_agg(p.ctid order by p.seq), sum(p.size), bool_or(p.special), count(*)
    into v_ids, v_places, v_size, v_special, v_found
    from (
      select j.id, j.ctid, j.seq, j.size, j.special
      from unnest(v_lane, v_low_rank, v_low_seq, v_high_rank) as r(lane, low_rank, low_seq, high_rank)
      cross join lateral (
        select id, ctid, seq, octet_length(input) as size, rank = -32769 or locks is not null or unique_mode = 'q' as special
        from {schema}.jobs
        where lane = r.lane and rank = v_rank and seq >= v_next_seq and seq <= v_seq and state = 'q'
          and (rank, seq) > (r.low_rank, r.low_seq)
        order by seq limit p_want
        for update skip locked
      ) j
      where r.low_rank <= v_rank and r.high_rank >= v_rank
    ) p;
    if v_found > 0 then
      places := places || v_places[1:p_want - coalesce(cardinality(ids), 0)];
      ids := ids || v_ids[1:p_want - coalesce(cardinality(ids), 0)];
      size := size + coalesce(v_size, 0);
      special := special or v_special;
      exit when cardinality(ids) >= p_want;
    end if;
    -- The next step goes as far as what is still wanted seems to need, by how dense it was here.
    v_span := least(v_span * 4,
      coalesce(ceil(v_span * 1.2 * (p_want - coalesce(cardinality(ids), 0)) / nullif(v_found, 0)), v_span * 4)) + 1;
    more := step = 30;
  end loop;
end $$;
