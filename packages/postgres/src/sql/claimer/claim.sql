-- Takes waiting jobs of some queues: started ones first, then reserved ones, of which those may have locks that are among
-- the first p_soon of all.
--
-- The order of a queue is (rank, seq) over all its lanes, and "jobs_order" holds it lane by lane. p_floors is a JSON array
-- of what the caller knows to be gone or in flight: index ranges of a lane, in order, that leave out what lies below the
-- last job claimed of each rank. A lane that is not in it is looked at from its beginning.
--
-- p_spans: for each queue, how far apart in seq its jobs seem to lie. See pick_lanes.
-- taken: a line for each job in claim order; more: ended early although more may be due.
create or replace function {schema}.claim(
  p_instance uuid, p_claim uuid, p_queues text[], p_limits int[], p_lanes text[], p_start int, p_reserve int,
  p_soon int, p_max_bytes bigint, p_floors json, p_spans bigint[], p_now bigint, out taken text, out more boolean
)
language plpgsql as $$
declare
  v_all uuid[] := '{}';
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
  v_started int;
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
    if v_special and exists (select from {schema}.jobs j where j.ctid = any(v_places) and j.locks is not null) then
      select p.ids, p.places, p.bytes, p.more, p.held_back into v_ids, v_places, v_bytes, v_more, v_held_back
      from {schema}.pick_admitted(v_ids, v_places, v_lanes, v_want, p_floors, p_spans[i], p_start - cardinality(v_all),
        p_soon - cardinality(v_all), v_bytes, p_max_bytes, p_now) p;
      v_kept := coalesce(cardinality(v_ids), 0);
      more := more or v_more or v_held_back;
      v_given_up := v_given_up or exists (select from {schema}.jobs j where j.ctid = any(v_places) and j.unique_mode = 'q');
    elsif v_special or v_bytes + v_size > p_max_bytes then
      select c.kept, c.bytes, c.full, c.held_back into v_kept, v_bytes, v_more, v_held_back
      from {schema}.cut(v_places, p_start - cardinality(v_all), p_soon - cardinality(v_all), v_bytes, p_max_bytes) c;
      more := more or v_more or v_held_back;
      v_given_up := v_given_up or v_special;
    else
      v_bytes := v_bytes + v_size;
      v_more := false;
    end if;
    v_started := least(greatest(p_start - cardinality(v_all), 0), v_kept);
    if v_started > 0 then
      taken := concat_ws(E'\x1e', taken, {schema}.take(v_places[:v_started], 's', p_claim, p_now));
    end if;
    if v_kept > v_started then
      taken := concat_ws(E'\x1e', taken, {schema}.take(v_places[v_started + 1:v_kept], 'r', p_claim, p_now));
    end if;
    v_all := v_all || v_ids[:v_kept];
    v_left := v_left - v_kept;
    exit when v_more;
  end loop;
  if v_all = '{}' then
    return;
  end if;

  if v_given_up then
    perform {schema}.give_up_keys(v_all);
  end if;
  insert into {schema}.claims (claim, instance, held, ids) values (p_claim, p_instance, cardinality(v_all), v_all);
end $$;
