-- Stores a request's jobs, all or none. Lists cross as one text each, joined by the record separator: it stands in no
-- JSON text, and one long text costs both sides far less than an array.
-- p_client: null in a caller's transaction, which cannot be repeated; p_unique: some specs are as put_unique has them;
-- p_again: jobs that are there already are left out.
-- answer: null where every job was created, else what became of each.
create or replace function {schema}.enqueue(
  p_client text, p_number bigint, p_ids text, p_inputs text, p_specs text, p_index text, p_lanes text, p_unique boolean,
  p_again boolean, p_notify text, out answer text, out watched boolean
)
language plpgsql set jit = off as $$
declare
  v_ids uuid[] := string_to_array(p_ids, ',');
  v_inputs text[] := string_to_array(p_inputs, E'\x1e', '');
  v_index int[] := string_to_array(p_index, ',');
  v_lanes int[];
  v_known uuid[];
  v_now bigint := {schema}.now_ms();
begin
  if p_client is not null then
    insert into {schema}.requests (client, number, at) values (p_client, p_number, v_now) on conflict do nothing
    returning (select m.watched_until > v_now from {schema}.meta m) into watched;
    if not found then
      select r.answer into answer from {schema}.requests r where client = p_client and number = p_number;
      return;
    end if;
  end if;
  if cardinality(v_inputs) not in (0, cardinality(v_ids)) then
    raise exception 'an input is not JSON: it holds a control character' using errcode = '22P02';
  end if;

  v_lanes := {schema}.ensure_lanes(p_lanes);
  if p_again then
    v_known := {schema}.known_ids(v_ids);
    select coalesce(array_agg(u.id order by u.n), '{}'), array_agg(u.input order by u.n), array_agg(coalesce(u.spec, 1) order by u.n)
    into v_ids, v_inputs, v_index
    from unnest(v_ids, v_inputs, v_index) with ordinality as u(id, input, spec, n) where u.id <> all(v_known);
  end if;
  if p_unique then
    answer := {schema}.put_unique(v_ids, v_inputs, p_specs::jsonb, v_index, v_lanes, v_now);
  elsif v_ids <> '{}' then
    perform {schema}.put(v_ids, v_inputs, p_specs::jsonb, v_index, v_lanes, v_now);
  end if;
  if p_again then
    answer := {schema}.with_known(string_to_array(p_ids, ',')::uuid[], v_known, v_ids, answer);
  end if;

  if answer is not null and p_client is not null then
    update {schema}.requests r set answer = enqueue.answer where client = p_client and number = p_number;
  end if;
  if p_number % 1000 = 0 then
    perform {schema}.fold_counts();
  end if;
  if p_notify is not null then
    perform pg_notify('{channel}', p_notify);
  end if;
end $$;
