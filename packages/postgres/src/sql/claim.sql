-- Takes waiting jobs of some queues: started ones first, then reserved ones.
--
-- The order of a queue is (rank, seq) over all its lanes, and "jobs_order" holds it lane by lane. p_floors is a JSON array
-- of what the caller knows to be gone or in flight: index ranges of a lane, in order, that leave out what lies below the
-- last job claimed of each rank. A lane that is not in it is looked at from its beginning.
--
-- p_spans: for each queue, how far apart in seq its jobs seem to lie. See pick_lanes.
-- taken: a line for each job in claim order; more: ended early although more may be due.
create or replace function {schema}.claim(
  p_instance uuid, p_claim uuid, p_queues text[], p_limits int[], p_lanes text[], p_start int, p_reserve int,
  p_max_bytes bigint, p_floors json, p_spans bigint[], p_now bigint, out taken text, out more boolean
)
language plpgsql as $$
declare
  v_all uuid[] := '{}';
  v_all_places tid[] := '{}';
  v_ids uuid[];
  v_places tid[];
  v_lanes int[];
  v_left int := p_start + p_reserve;
  v_want int;
  v_bytes bigint := 0;
  v_size bigint;
  v_special boolean;
  v_given_up boolean := false;
  v_more boolean;
  v_held_back boolean;
  v_kept int;
begin
  more := false;
  for i in 1 .. cardinality(p_queues) loop
    v_want := least(p_limits[i], v_left);
    continue when v_want <= 0;
    select array_agg(l.id) into v_lanes from {schema}.lanes l
    where l.queue = p_queues[i] and l.lane = any(p_lanes)
      and not exists (select from {schema}.queues q where q.name = p_queues[i] and q.paused);
    continue when v_lanes is null;

    if cardinality(v_lanes) = 1 then
      select p.ids, p.places, p.size, p.special into v_ids, v_places, v_size, v_special
      from {schema}.pick_lane(v_lanes[1], v_want, p_floors) p;
    else
      select p.ids, p.places, p.size, p.special, p.more into v_ids, v_places, v_size, v_special, v_more
      from {schema}.pick_lanes(v_lanes, v_want, p_floors, p_spans[i]) p;
      more := more or v_more;
    end if;
    continue when v_ids is null;

    v_kept := cardinality(v_ids);
    if v_special and exists (select from {schema}.jobs j where j.id = any(v_ids) and j.locks is not null) then
      select p.ids, p.places, p.bytes, p.more, p.held_back into v_ids, v_places, v_bytes, v_more, v_held_back
      from {schema}.pick_admitted(v_ids, v_places, v_lanes, v_want, p_floors, p_spans[i], p_start - cardinality(v_all),
        v_bytes, p_max_bytes, p_now) p;
      v_kept := coalesce(cardinality(v_ids), 0);
      more := more or v_more or v_held_back;
      v_given_up := v_given_up or exists (select from {schema}.jobs j where j.id = any(v_ids) and j.unique_mode = 'q');
    elsif v_special or v_bytes + v_size > p_max_bytes then
      select c.kept, c.bytes, c.full, c.held_back into v_kept, v_bytes, v_more, v_held_back
      from {schema}.cut(v_ids, p_start - cardinality(v_all), v_bytes, p_max_bytes) c;
      more := more or v_more or v_held_back;
      v_given_up := v_given_up or v_special;
    else
      v_bytes := v_bytes + v_size;
      v_more := false;
    end if;
    v_all := v_all || v_ids[1:v_kept];
    v_all_places := v_all_places || v_places[1:v_kept];
    v_left := v_left - v_kept;
    exit when v_more;
  end loop;
  if v_all = '{}' then
    return;
  end if;

  -- The rows are locked, so they stay where they are: no need to look them up once more.
  with mine as (
    update {schema}.jobs j set state = (case when c.n <= p_start then 's' else 'r' end)::"char", run = j.run + 1,
      attempt = j.attempt + (c.n <= p_start)::int,
      started_at = case when c.n <= p_start then p_now else j.started_at end, claim = p_claim
    from unnest(v_all_places) with ordinality as c(place, n)
    where j.ctid = c.place
    returning c.n, j.lane, {schema}.line(j) as line
  ), counted as (
    insert into {schema}.count_deltas (lane, queued, running)
    select lane, -count(*), count(*) from mine where n <= p_start group by lane
  )
  select string_agg(line, E'\x1e' order by n) into taken from mine;
  if v_given_up then
    perform {schema}.give_up_keys(v_all);
  end if;
  insert into {schema}.claims (claim, instance, held, ids) values (p_claim, p_instance, cardinality(v_all), v_all);
end $$;
