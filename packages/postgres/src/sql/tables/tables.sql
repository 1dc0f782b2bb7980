-- Instants and durations are whole milliseconds. JSON that the store does not look into is text.

create table {schema}.meta (
  one boolean primary key default true check (one),
  version int not null,
  compatible_from int not null,
  -- Whose migration it was that brought this version.
  migrator uuid not null,
  watched_until bigint not null default 0
);

-- Every (queue, lane, task) that was ever used; jobs name it by its id.
create table {schema}.lanes (
  id int generated always as identity primary key,
  queue text not null,
  lane text not null,
  task text not null,
  unique (queue, lane, task)
);

create table {schema}.queues (
  name text primary key,
  paused boolean not null default false
);

-- The order of becoming due, and of finished jobs that of ending. Each number drawn is the first of a thousand places: one
-- draw serves a whole request.
create sequence {schema}.places increment by 1000;

-- Waiting and in flight. What a claim writes stands together and in no index, so that a claim is a HOT update and its
-- WAL record holds little more than those columns. Less than half of a page is filled, for the second version of each row
-- is a little longer.
create table {schema}.jobs (
  seq bigint not null,
  created_at bigint not null,
  due_at bigint not null,
  id uuid primary key,
  lane int not null,
  -- The priority; -32769 for a recovered job.
  rank int not null,
  priority smallint not null,
  postpones int not null default 0,
  max_attempts int,
  -- q queued, r reserved, s started; d in "scheduled"; c completed, f failed, x cancelled in "finished".
  state "char" not null default 'q',
  run int not null default 0,
  attempt int not null default 0,
  started_at bigint not null default 0,
  claim uuid,
  -- Set where a job in a worker's hands is to be cancelled: how long it then stays; -1: it is to be removed.
  cancel bigint,
  input text,
  keep text,
  settings text,
  headers text,
  schedule text,
  locks text,
  unique_key text,
  -- a alive, q queued, w window.
  unique_mode "char",
  -- What "keys" knows the key by; null once the job has given it up.
  unique_digest uuid,
  progress text,
  meta text,
  errors text[]
) with (
  fillfactor = 45,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000, toast.autovacuum_vacuum_cost_delay = 0
);
create index jobs_order on {schema}.jobs (lane, rank, seq);

-- Due later. Its columns are those of "jobs", in the same order.
create table {schema}.scheduled (like {schema}.jobs including defaults) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000
);
alter table {schema}.scheduled add primary key (id);
create index scheduled_due on {schema}.scheduled (due_at, seq);

-- Ended. The columns of "jobs", in the same order, and what only an ended job has. Of one state and one stay the order of
-- ending is that of expiring.
create table {schema}.finished (
  like {schema}.jobs including defaults,
  finished_at bigint not null,
  stay bigint not null,
  result text
) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000000
);
alter table {schema}.finished add primary key (id);
create index finished_order on {schema}.finished (state, stay, seq);

-- Who holds a unique key. "digest" is of queue, task and key; "until" is set of a window.
create table {schema}.keys (
  digest uuid primary key,
  id uuid,
  mode "char" not null,
  until bigint
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index keys_until on {schema}.keys (until) where until is not null;

create table {schema}.workers (
  instance uuid primary key,
  id text not null unique,
  host text not null,
  pid int not null,
  queues text[] not null,
  lanes text[] not null,
  lease bigint not null,
  lease_until bigint not null,
  beat_at bigint not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- One row for each claim that has jobs in flight: by it a dead worker's jobs are found without a look at the others.
create table {schema}.claims (
  claim uuid primary key,
  instance uuid not null,
  held int not null,
  ids uuid[] not null
) with (
  fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000, toast.autovacuum_vacuum_cost_delay = 0
);
alter table {schema}.claims alter ids set storage external;

-- Requests of the last minute, and their answers where these say more than "all done".
create table {schema}.requests (
  client text not null,
  number bigint not null,
  at bigint not null,
  answer text,
  primary key (client, number)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Jobs by lane and state: these rows and the deltas together. Deltas are only ever inserted, so that no two
-- transactions wait for each other; now and then they are folded into one row per lane.
create table {schema}.counts (
  lane int primary key,
  scheduled bigint not null default 0,
  queued bigint not null default 0,
  blocked bigint not null default 0,
  running bigint not null default 0,
  completed bigint not null default 0,
  failed bigint not null default 0,
  cancelled bigint not null default 0
) with (fillfactor = 50);
create table {schema}.count_deltas (
  lane int not null,
  scheduled int not null default 0,
  queued int not null default 0,
  blocked int not null default 0,
  running int not null default 0,
  completed int not null default 0,
  failed int not null default 0,
  cancelled int not null default 0
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
