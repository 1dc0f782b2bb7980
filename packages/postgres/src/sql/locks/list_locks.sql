-- Locks that are held, by key, of an owner and of these keys where given, behind p_after.
create or replace function {schema}.list_locks(p_owner text, p_keys text[], p_limit int, p_after text)
returns table (key text, owner text, fence bigint, expires_at bigint)
language sql volatile as $$
  select h.key, min(h.owner), min(h.fence), case when bool_or(h.until is null) then null else max(h.until) end
  from {schema}.locks h
  where h.key > p_after and (h.until is null or h.until > {schema}.now_ms())
    and (p_owner is null or h.owner = p_owner) and (p_keys is null or h.key = any(p_keys))
  group by h.key order by h.key limit p_limit
$$;
