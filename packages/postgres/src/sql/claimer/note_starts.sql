-- Starts of reserved jobs: the attempt is charged. p_fills: a JSON array of what the enqueuers did not know, with "n", the
-- number of the start it came with. Answers the numbers (from 1) of those that the fence refused, null where none was.
create or replace function {schema}.note_starts(
  p_ids uuid[], p_runs int[], p_claims uuid[], p_ago bigint[], p_fills json, p_now bigint
) returns int[]
language plpgsql as $$
declare
  v_done int[];
begin
  with told as (
    update {schema}.jobs j set state = 's', attempt = j.attempt + 1, started_at = p_now - s.ago
    from unnest(p_ids, p_runs, p_claims, p_ago) with ordinality as s(id, run, claim, ago, n)
    where j.id = s.id and j.run = s.run and j.claim = s.claim and j.state = 'r'
    returning s.n, j.lane
  ), counted as (
    insert into {schema}.count_deltas (lane, queued, running)
    select lane, -count(*), count(*) from told group by lane
  )
  select array_agg(n) into v_done from told;

  if p_fills is not null then
    update {schema}.jobs j set max_attempts = coalesce(j.max_attempts, f.attempts), keep = coalesce(j.keep, f.keep),
      locks = coalesce(nullif(j.locks, '[]'), f.locks, j.locks)
    from json_to_recordset(p_fills) as f(n int, attempts int, keep text, locks text)
    where j.id = p_ids[f.n] and j.run = p_runs[f.n] and j.claim = p_claims[f.n];
  end if;

  if coalesce(cardinality(v_done), 0) = cardinality(p_ids) then
    return null;
  end if;
  return array(
    select s.n from unnest(p_ids, p_runs, p_claims) with ordinality as s(id, run, claim, n)
    where not exists (select from {schema}.jobs j where j.id = s.id and j.run = s.run and j.claim = s.claim)
    order by s.n
  );
end $$;
