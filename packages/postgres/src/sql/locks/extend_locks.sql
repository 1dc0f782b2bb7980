-- The keys that the acquisition still holds, now for another p_ttl ms.
create or replace function {schema}.extend_locks(p_acquisition uuid, p_ttl bigint) returns table (key text)
language sql volatile as $$
  with kept as (
    update {schema}.locks h set until = case when h.until is not null then {schema}.now_ms() + p_ttl end
    where h.acquisition = p_acquisition and not h.own and (h.until is null or h.until > {schema}.now_ms())
    returning h.key
  )
  select kept.key from kept order by kept.key
$$;
