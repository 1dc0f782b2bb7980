-- The common way for runs to end: completed, with nothing else to write. Refused: the numbers (from 1) of those that the
-- fence refused, null where none was; ended: the owners that these runs were of locks, null where none had any. What most of them share comes in groups: p_groups has the number (from 1) of each
-- one's group, null where there is one group, and p_runs and the following have the values of the groups.
create or replace function {schema}.settle_completed(
  p_ids uuid[], p_results text[], p_groups int[], p_runs int[], p_claims uuid[], p_ran bigint[], p_stays bigint[],
  p_now bigint, out refused int[], out ended text[]
)
language plpgsql as $$
declare
  v_done int[];
  v_claims uuid[];
  v_keys uuid[];
  v_holders uuid[];
begin
  with gone as (
    delete from {schema}.jobs j
    using unnest(p_ids, p_results, p_groups) with ordinality as o(id, result, g, n)
    where j.id = o.id and j.run = p_runs[coalesce(o.g, 1)] and j.claim = p_claims[coalesce(o.g, 1)]
    returning j.seq, j.created_at, j.due_at, j.id, j.lane, j.rank, j.priority, j.postpones, j.max_attempts, j.state, j.run,
      j.attempt + (j.state = 'r')::int as attempt,
      case when j.state = 'r' then p_now - p_ran[coalesce(o.g, 1)] else j.started_at end as started_at,
      j.claim, j.input, j.keep, j.settings, j.headers, j.schedule, j.locks, j.unique_key, j.unique_mode, j.unique_digest,
      j.progress, j.meta, j.errors, case when j.cancel = -1 then 0 else p_stays[coalesce(o.g, 1)] end as stay, o.n, o.result
  ), kept as (
    insert into {schema}.finished (seq, created_at, due_at, id, lane, rank, priority, postpones, max_attempts, state, run,
      attempt, started_at, input, keep, settings, headers, schedule, locks, unique_key, unique_mode, unique_digest, progress,
      meta, errors, finished_at, stay, result)
    select nextval('{schema}.places'), created_at, due_at, id, lane, rank, priority, postpones, max_attempts, 'c', run,
      attempt, started_at, input, keep, settings, headers, schedule, locks, unique_key, unique_mode, unique_digest, progress,
      meta, errors, p_now, stay, result
    from gone where stay > 0
  ), counted as (
    insert into {schema}.count_deltas (lane, queued, running, completed)
    select lane, -(count(*) filter (where state = 'r')), -(count(*) filter (where state <> 'r')),
      count(*) filter (where stay > 0)
    from gone group by lane
  )
  select array_agg(n), array_agg(claim),
    array_agg(unique_digest order by unique_digest) filter (where unique_digest is not null),
    array_agg(id order by unique_digest) filter (where unique_digest is not null),
    array_agg({schema}.owner_of_run(id, run)) filter (where locks is not null)
  into v_done, v_claims, v_keys, v_holders, ended
  from gone;

  perform {schema}.let_go_all(v_claims);
  if v_keys is not null then
    delete from {schema}.keys k
    using unnest(v_keys, v_holders) as held(digest, id)
    where k.digest = held.digest and k.id = held.id and k.until is null;
  end if;
  if coalesce(cardinality(v_done), 0) = cardinality(p_ids) then
    return;
  end if;
  refused := array(select n from generate_series(1, cardinality(p_ids)) n where n <> all(coalesce(v_done, '{}')));
end $$;
