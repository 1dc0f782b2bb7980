-- All of these keys for an owner, or none: for p_ttl ms, or, where p_job is given, until that run ends.
-- outcome: acquired, held (by another owner) or lost (the run is no longer its worker's); held: what the owner then holds.
create or replace function {schema}.acquire_locks(
  p_acquisition uuid, p_owner text, p_keys text[], p_ttl bigint, p_job uuid, p_run int, p_claim uuid,
  out outcome text, out held text
)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_now bigint;
  v_locks text;
  v_first bigint;
begin
  if p_job is not null then
    select coalesce(locks, '') into v_locks from {schema}.jobs where id = p_job and run = p_run and claim = p_claim for update;
    if v_locks is null then
      outcome := 'lost';
      return;
    end if;
  end if;
  perform {schema}.lock_up();
  v_now := {schema}.now_ms();
  if exists (
    select from {schema}.locks h where h.key = any(p_keys) and h.owner <> p_owner and (h.until is null or h.until > v_now)
  ) then
    outcome := 'held';
    return;
  end if;
  -- What the end of this run looks at: it has locks to give up.
  if v_locks = '' then
    update {schema}.jobs set locks = '[]' where id = p_job;
  end if;

  delete from {schema}.locks h where h.key = any(p_keys) and h.until <= v_now;
  v_first := {schema}.next_fences(cardinality(p_keys));
  insert into {schema}.locks as h (key, acquisition, owner, fence, until, job)
  select k.key, p_acquisition, p_owner,
    coalesce((select max(mine.fence) from {schema}.locks mine where mine.key = k.key), v_first + k.n - 1), v_now + p_ttl, p_job
  from unnest(p_keys) with ordinality as k(key, n)
  on conflict (key, acquisition) do update set until = excluded.until;
  outcome := 'acquired';
  select json_agg(json_build_object('key', l.key, 'fence', l.fence, 'expiresAt', l.expires_at)) into held
  from {schema}.list_locks(p_owner, null, 2147483647, '') l;
end $$;
