-- Makes a worker known. Where another instance has its id, answers that one, unless that is p_evict and has not beaten for
-- p_beat_age ms.
create or replace function {schema}.register(
  p_instance uuid, p_id text, p_host text, p_pid int, p_queues text[], p_lanes text[], p_lease bigint, p_evict uuid,
  p_beat_age bigint, out holder uuid, out holder_host text, out holder_pid int, out holder_age bigint
)
language plpgsql as $$
declare
  v_now bigint;
  v_holder {schema}.workers;
begin
  loop
    v_now := {schema}.now_ms();
    insert into {schema}.workers as w (instance, id, host, pid, queues, lanes, lease, lease_until, beat_at)
    values (p_instance, p_id, p_host, p_pid, p_queues, p_lanes, p_lease, v_now + p_lease, v_now)
    on conflict do nothing;
    if found then
      return;
    end if;

    select * into v_holder from {schema}.workers where id = p_id or instance = p_instance order by id <> p_id
    limit 1 for update;
    continue when not found;
    if v_holder.instance <> p_instance
      and (p_evict is distinct from v_holder.instance or v_now - v_holder.beat_at < p_beat_age)
    then
      holder := v_holder.instance;
      holder_host := v_holder.host;
      holder_pid := v_holder.pid;
      holder_age := v_now - v_holder.beat_at;
      return;
    end if;
    delete from {schema}.workers where instance = v_holder.instance;
  end loop;
end $$;
