-- A worker's beat. lost, cancelled: ids out of the leases given, joined by commas.
create or replace function {schema}.extend(
  p_instance uuid, p_ids text, p_runs text, p_claims text,
  out lost text, out cancelled text, out paused text[], out next_due bigint, out registered boolean, out watched boolean
)
language plpgsql
set jit = off set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_now bigint := {schema}.now_ms();
  v_queues text[];
begin
  perform set_config('synchronous_commit', 'off', true);
  update {schema}.workers set lease_until = v_now + lease, beat_at = v_now where instance = p_instance
  returning queues into v_queues;
  registered := found;
  select string_agg(l.id::text, ',') filter (where j.id is null), string_agg(l.id::text, ',') filter (where j.cancel is not null)
  into lost, cancelled
  from unnest(string_to_array(p_ids, ',')::uuid[], string_to_array(p_runs, ',')::int[], string_to_array(p_claims, ',')::uuid[])
    as l(id, run, claim)
  left join {schema}.jobs j on j.id = l.id and j.run = l.run and j.claim = l.claim;
  paused := array(select q.name from {schema}.queues q where q.paused and q.name = any(v_queues));
  select greatest(s.due_at - v_now, 0) into next_due from {schema}.scheduled s order by s.due_at, s.seq limit 1;
  select m.watched_until > v_now into watched from {schema}.meta m;
end $$;
