-- Marks jobs as claimed: 's' started, 'r' reserved. Their rows are locked, so they stay where they are: no need to look them
-- up once more. Answers a line for each, in claim order.
create or replace function {schema}.take(p_places tid[], p_state "char", p_claim uuid, p_now bigint) returns text
language plpgsql as $$
declare
  v_lines text;
begin
  with mine as (
    update {schema}.jobs j set state = p_state, run = j.run + 1, attempt = j.attempt + (p_state = 's')::int,
      started_at = case when p_state = 's' then p_now else j.started_at end, claim = p_claim
    where j.ctid = any(p_places)
    returning j.rank, j.seq, j.lane, {schema}.line(j) as line
  ), counted as (
    insert into {schema}.count_deltas (lane, queued, running)
    select lane, -count(*), count(*) from mine where p_state = 's' group by lane
  )
  select string_agg(line, E'\x1e' order by rank, seq) into v_lines from mine;
  return v_lines;
end $$;
