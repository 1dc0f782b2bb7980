-- Rules that make jobs. "look_at" is when a scheduler should next take it: its time, or the end of another's hold; null where
-- it has ended or is not active.
create table {schema}.schedules (
  name text collate "C" primary key,
  task text not null,
  queue text not null,
  timing text not null,
  definition text not null,
  retry_delay bigint not null,
  active boolean not null,
  next_run_at bigint,
  look_at bigint,
  revision bigint not null,
  epoch bigint not null,
  created_at bigint not null,
  last_run_at bigint,
  last_job uuid,
  runs bigint not null default 0
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
create index schedules_look on {schema}.schedules (look_at) where look_at is not null;
