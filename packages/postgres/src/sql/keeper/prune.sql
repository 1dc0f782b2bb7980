-- Deletes up to p_limit finished jobs whose stay is over, and what else has served its time. count: the jobs.
create or replace function {schema}.prune(p_limit int, out count int, out more boolean)
language plpgsql set jit = off as $$
declare
  v_now bigint := {schema}.now_ms();
begin
  count := {schema}.prune_finished(p_limit, v_now);
  more := count >= p_limit;
  delete from {schema}.requests where at < v_now - 60000;
  delete from {schema}.keys where until <= v_now;
  perform {schema}.fold_counts();
end $$;
