-- The id of a lane, which joins the registry with its first job.
create or replace function {schema}.lane_of(p_queue text, p_lane text, p_task text) returns int
language plpgsql as $$
declare
  v_id int;
begin
  loop
    select id into v_id from {schema}.lanes where queue = p_queue and lane = p_lane and task = p_task;
    if v_id is not null then
      return v_id;
    end if;
    insert into {schema}.lanes (queue, lane, task) values (p_queue, p_lane, p_task) on conflict do nothing;
  end loop;
end $$;
