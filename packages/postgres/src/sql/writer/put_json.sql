-- Stores jobs that came with an outcome: "put" or "put_unique" of one JSON object.
create or replace function {schema}.put_json(p_jobs json, p_now bigint) returns void
language plpgsql as $$
declare
  v_ids uuid[] := array(select value::uuid from json_array_elements_text(p_jobs -> 'ids'));
  v_inputs text[] := array(select value from json_array_elements_text(p_jobs -> 'inputs'));
  v_index int[] := array(select value::int from json_array_elements_text(p_jobs -> 'index'));
  v_lanes int[] := array(
    select {schema}.lane_of(l ->> 'queue', l ->> 'lane', l ->> 'task') from json_array_elements(p_jobs -> 'lanes') l
  );
begin
  if (p_jobs ->> 'unique')::boolean then
    perform {schema}.put_unique(v_ids, v_inputs, (p_jobs -> 'specs')::jsonb, v_index, v_lanes, p_now);
  else
    perform {schema}.put(v_ids, v_inputs, (p_jobs -> 'specs')::jsonb, v_index, v_lanes, p_now);
  end if;
end $$;
