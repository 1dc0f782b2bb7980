-- The store's clock.
create or replace function {schema}.now_ms() returns bigint
language sql volatile as $$ select floor(date_part('epoch', clock_timestamp()) * 1000)::bigint $$;
