-- Waits for this transaction's turn to change locks and lines. Whether a job may run depends on all of its keys, on who
-- holds them and who stands before it: transactions that saw only each other's past would leave it waiting for ever.
-- Whoever has come through here waits for no row of a job: somebody who has that row may be waiting here.
create or replace function {schema}.lock_up() returns void
language sql volatile as $$
  select pg_advisory_xact_lock(hashtextextended('{channel} locks', 0))
$$;
