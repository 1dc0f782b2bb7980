-- Where waiting jobs of these lanes can be: what the caller knows, and all of a lane that it does not know.
create or replace function {schema}.ranges(
  p_lanes int[], p_floors json, out lane int, out low_rank int, out low_seq bigint, out high_rank int
) returns setof record
language sql stable as $$
  select f.lane, f.low_rank, f.low_seq, f.high_rank
  from json_to_recordset(p_floors) as f(lane int, low_rank int, low_seq bigint, high_rank int)
  where f.lane = any(p_lanes)
  union all
  select l, -32770, 0, 32767
  from unnest(p_lanes) l
  where not exists (select from json_to_recordset(p_floors) as f(lane int) where f.lane = l)
$$;
