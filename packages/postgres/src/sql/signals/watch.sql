-- Lets replies say for p_ttl ms that somebody watches.
create or replace function {schema}.watch(p_ttl bigint) returns void
language sql as $$
  update {schema}.meta set watched_until = greatest(watched_until, {schema}.now_ms() + p_ttl)
$$;
