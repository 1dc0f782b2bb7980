-- What pick_lane or pick_lanes picked, where some have locks: cut as cut.sql does, and without those that are blocked, in
-- whose place others are looked for. p_start, p_soon: as in cut, of what is left of the claim; more: it ended early.
create or replace function {schema}.pick_admitted(
  p_ids uuid[], p_places tid[], p_lanes int[], p_want int, p_floors json, p_span bigint, p_start int, p_soon int,
  p_bytes bigint, p_max_bytes bigint, p_now bigint, out ids uuid[], out places tid[], out bytes bigint, out more boolean,
  out held_back boolean
)
language plpgsql as $$
declare
  -- A claim that has so many does not look for others: they are for the next one.
  enough constant int := 32;
  v_kept int;
  v_blocked uuid[];
  v_admitted uuid[] := '{}';
  v_displaced uuid[];
begin
  perform {schema}.lock_up();
  ids := p_ids;
  places := p_places;
  for look in 1 .. 8 loop
    -- What is blocked counts as nothing, also where nobody is found in its place.
    bytes := p_bytes;
    exit when ids is null;
    select c.kept, c.bytes, c.full, c.held_back into v_kept, bytes, more, held_back
    from {schema}.cut(places, p_start, p_soon, p_bytes, p_max_bytes) c;
    ids := ids[1:v_kept];
    places := places[1:v_kept];
    v_blocked := {schema}.admit(ids, places, p_now);
    exit when v_blocked = '{}';
    select coalesce(array_agg(u.id order by u.n), '{}'), coalesce(array_agg(u.place order by u.n), '{}') into ids, places
    from unnest(ids, places) with ordinality as u(id, place, n) where u.id <> all(v_blocked);
    more := true;
    exit when cardinality(ids) >= enough or look = 8;
    v_admitted := v_admitted || ids;
    if cardinality(p_lanes) = 1 then
      select p.ids, p.places into ids, places from {schema}.pick_lane(p_lanes[1], p_want, p_floors) p;
    else
      select p.ids, p.places into ids, places from {schema}.pick_lanes(p_lanes, p_want, p_floors, p_span) p;
    end if;
    more := false;
    held_back := false;
  end loop;

  -- A job that came meanwhile may stand before one that was admitted at an earlier look.
  select array_agg(j.id) into v_displaced
  from unnest(v_admitted) as a(id) join {schema}.jobs j on j.id = a.id
  where a.id <> all(coalesce(ids, '{}')) and j.locks is not null;
  if v_displaced is not null then
    perform {schema}.tell_turns({schema}.end_runs(v_displaced, null, p_now));
  end if;
end $$;
