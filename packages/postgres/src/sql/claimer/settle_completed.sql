-- The common way for runs to end: completed, with nothing else to write. Refused: the numbers (from 1) of those that the
-- fence refused, null where none was; ended: the jobs of these whose runs may have held locks, null where there is none;
-- claims, counts: whose these runs were, and how many of each.
-- p_ids: in ascending order, so that the number of one is found by halving, and the rows in one pass of the index.
-- p_order: of each, its number in the order of ending, null where that is the same.
-- There it stands in a subquery, which makes of the variable, once, an array as it is stored: else each search would.
-- What most of them share comes in groups: p_groups has the number (from 1) of each one's group, null where there is one
-- group, and p_runs and the following have the values of the groups.
create or replace function {schema}.settle_completed(
  p_ids uuid[], p_order int[], p_results text[], p_groups int[], p_runs int[], p_claims uuid[], p_ran bigint[],
  p_stays bigint[], p_now bigint, out refused int[], out ended uuid[], out claims uuid[], out counts int[]
)
language plpgsql as $$
declare
  v_place bigint := nextval('{schema}.places') - 1;
  v_keys uuid[];
  v_holders uuid[];
begin
  with gone as (
    delete from {schema}.jobs j
    where j.id = any(p_ids) and j.run = p_runs[coalesce(p_groups[width_bucket(j.id, (select p_ids))], 1)]
      and j.claim = p_claims[coalesce(p_groups[width_bucket(j.id, (select p_ids))], 1)]
    returning j.*, width_bucket(j.id, (select p_ids)) as n
  ), kept as (
    insert into {schema}.finished (seq, created_at, due_at, id, lane, rank, priority, postpones, max_attempts, state, run,
      attempt, started_at, input, keep, settings, headers, schedule, locks, unique_key, unique_mode, unique_digest, progress,
      meta, errors, finished_at, stay, result)
    select v_place + coalesce(p_order[n], n), created_at, due_at, id, lane, rank, priority, postpones, max_attempts, 'c',
      run, attempt + (state = 'r')::int,
      case when state = 'r' then p_now - p_ran[coalesce(p_groups[n], 1)] else started_at end, input, keep, settings, headers,
      schedule, locks, unique_key, unique_mode, unique_digest, progress, meta, errors, p_now,
      p_stays[coalesce(p_groups[n], 1)], p_results[n]
    from gone where p_stays[coalesce(p_groups[n], 1)] > 0 and cancel is distinct from -1
  ), part as (
    select claim, lane, count(*) as held, count(*) filter (where state = 'r') as reserved,
      count(*) filter (where p_stays[coalesce(p_groups[n], 1)] > 0 and cancel is distinct from -1) as stayed,
      array_agg(n) as done, array_agg(unique_digest) filter (where unique_digest is not null) as keys,
      array_agg(id) filter (where unique_digest is not null) as holders,
      array_agg(id) filter (where locks is not null) as locked
    from gone group by claim, lane
  ), counted as (
    insert into {schema}.count_deltas (lane, queued, running, completed)
    select lane, -sum(reserved), -sum(held - reserved), sum(stayed) from part group by lane
  )
  select array_agg(claim), array_agg(held),
    (select array_agg(k order by k) from part, unnest(keys) k),
    (select array_agg(h order by k) from part, unnest(keys, holders) as u(k, h)),
    (select array_agg(l) from part, unnest(locked) l),
    case when coalesce(sum(held), 0) < cardinality(p_ids) then array(
      select n from generate_series(1, cardinality(p_ids)) n where n not in (select unnest(done) from part) order by n
    ) end
  into claims, counts, v_keys, v_holders, ended, refused
  from part;

  if v_keys is not null then
    delete from {schema}.keys k
    using unnest(v_keys, v_holders) as held(digest, id)
    where k.digest = held.digest and k.id = held.id and k.until is null;
  end if;
end $$;
