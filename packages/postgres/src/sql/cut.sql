-- How many of these jobs a claim may take: it ends before the first that would be reserved and may not be, and where the
-- inputs fill p_max_bytes, but never before one job. full: it was the
-- bytes; held_back: it was such a job.
create or replace function {schema}.cut(
  p_ids uuid[], p_start int, p_bytes bigint, p_max_bytes bigint, out kept int, out bytes bigint, out full boolean,
  out held_back boolean
)
language plpgsql as $$
declare
  v_job record;
begin
  kept := 0;
  bytes := p_bytes;
  "full" := false;
  held_back := false;
  for v_job in
    select coalesce(octet_length(j.input), 0) as size, j.rank = -32769 or j.locks is not null or j.unique_mode = 'q' as special
    from unnest(p_ids) with ordinality as c(id, n) join {schema}.jobs j on j.id = c.id
    order by c.n
  loop
    if v_job.special and kept >= p_start then
      held_back := true;
      exit;
    end if;
    if bytes > 0 and bytes + v_job.size > p_max_bytes then
      "full" := true;
      exit;
    end if;
    kept := kept + 1;
    bytes := bytes + v_job.size;
  end loop;
end $$;
