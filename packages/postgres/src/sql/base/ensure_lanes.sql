-- Ids of lanes, in order; those that were not there join the registry.
create or replace function {schema}.ensure_lanes(p_lanes text, out lanes int[])
language plpgsql as $$
begin
  select array_agg({schema}.lane_of(l.queue, l.lane, l.task) order by l.no) into lanes
  from rows from (jsonb_to_recordset(p_lanes::jsonb) as (queue text, lane text, task text)) with ordinality
    as l(queue, lane, task, no);
end $$;
