-- A scheduled, blocked or finished job as a row of "jobs".
create or replace function {schema}.as_job(s {schema}.scheduled) returns {schema}.jobs
language sql stable as $$
  select row(s.*)::{schema}.jobs
$$;
create or replace function {schema}.as_job(b {schema}.blocked) returns {schema}.jobs
language sql stable as $$
  select row(b.seq, b.created_at, b.due_at, b.id, b.lane, b.rank, b.priority, b.postpones, b.max_attempts, 'b'::"char", b.run,
    b.attempt, b.started_at, b.claim, b.cancel, b.input, b.keep, b.settings, b.headers, b.schedule, b.locks, b.unique_key,
    b.unique_mode, b.unique_digest, b.progress, b.meta, b.errors)::{schema}.jobs
$$;
create or replace function {schema}.as_job(f {schema}.finished) returns {schema}.jobs
language sql stable as $$
  select row(f.seq, f.created_at, f.due_at, f.id, f.lane, f.rank, f.priority, f.postpones, f.max_attempts, f.state, f.run,
    f.attempt, f.started_at, f.claim, f.cancel, f.input, f.keep, f.settings, f.headers, f.schedule, f.locks, f.unique_key,
    f.unique_mode, f.unique_digest, f.progress, f.meta, f.errors)::{schema}.jobs
$$;
