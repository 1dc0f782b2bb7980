-- Who holds what: a row for each key and acquisition. All changes to locks and lines happen one after the other: see
-- lock_up.sql. "until" is null where a run of "job" holds it, for as long as that lasts; "own": its job named it, and
-- "acquisition" is the job's id.
create table {schema}.locks (
  key text collate "C" not null,
  acquisition uuid not null,
  owner text collate "C" not null,
  fence bigint not null,
  until bigint,
  job uuid,
  own boolean not null default false,
  primary key (key, acquisition)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index locks_job on {schema}.locks (job) where job is not null;
create index locks_acquisition on {schema}.locks (acquisition) where not own;
create index locks_until on {schema}.locks (until) where until is not null;

-- The last fencing number that was given, to whatever key.
create sequence {schema}.fences;

-- Jobs that wait for their locks: out of every claim's way. The columns of "jobs", in the same order.
create table {schema}.blocked (like {schema}.jobs including defaults) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000
);
alter table {schema}.blocked add primary key (id);
create index blocked_order on {schema}.blocked (lane, rank, seq);

-- The order of joining the lines.
create sequence {schema}.joins;

-- Jobs with a place in the lines of their locks, from the claim that first met them until they run or give up. "turn_at":
-- since when it is their turn; null while they are blocked, and where the turn has passed on.
create table {schema}.waits (
  id uuid primary key,
  keys text[] not null,
  priority smallint not null,
  due_at bigint not null,
  joined bigint not null,
  turn_at bigint
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index waits_turn on {schema}.waits (turn_at) where turn_at is not null;

-- The lines themselves, one for each key; a job whose turn has passed on stands in none.
create table {schema}.lines (
  key text collate "C" not null,
  priority smallint not null,
  due_at bigint not null,
  joined bigint not null,
  id uuid not null,
  primary key (key, priority, due_at, joined)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
