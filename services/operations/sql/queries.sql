-- Queries of operators: on the administrator's connection, and on each service's database.

-- name: lock_databases
-- Let one process at a time make databases, of all that start on this server.
select pg_advisory_lock(hashtextextended('mandat:databases', 0))

-- name: write_database_statements
-- Write, safely quoted, what makes a service's database, its owner and its running role, and lets no other role in.
select statement
from (
    select $1::text as name, $1::text || '_owner' as owner, $2::text as password, (
        select bool_and(pg_has_role(datdba, 'usage')) from pg_database where datname in ('postgres', 'template1')
    ) as may_close
) as given
cross join lateral (
    values
        (1, not exists (select from pg_roles where rolname = owner), format('create role %I nologin', owner)),
        (2, not exists (select from pg_roles where rolname = name), format('create role %I login', name)),
        (3, true, format('alter role %I login password %L connection limit 100', name, password)),
        (4, true, format('grant %I to current_user', owner)),
        (5, not exists (select from pg_database where datname = name), format('create database %I', name)),
        (6, true, format('alter database %I owner to %I', name, owner)),
        (7, true, format('revoke all on database %I from public', name)),
        (8, true, format('grant connect on database %I to %I', name, name)),
        (9, may_close, 'revoke all on database postgres, template1 from public')
) as step (position, needed, statement)
where needed
order by position

-- name: write_grants
-- Write what gives the running role its rights on each table and view: the usual ones, or those named for it, and nothing else.
select statement
from pg_class as found
cross join lateral (
    select found.oid::regclass::text as place,
        case
            when relispartition then null -- reached through its parent alone
            when relkind = 'v' or relname = 'schema_migrations' then 'select'
            else coalesce($3::jsonb ->> relname, $2::text)
        end as rights
) as given
cross join lateral (
    values
        (1, format('revoke all on %s from %I', place, $1::text)),
        (2, format('grant %s on %s to %I', rights, place, $1::text))
) as step (position, statement)
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and (position = 1 or rights is not null)
order by place, position

-- name: write_other_grants
-- Write what lets the running role draw numbers, and call some functions that then work with the owner's rights.
select format('grant usage on all sequences in schema public to %I', $1::text) as statement
union all
select format(work, called::regprocedure, $1::text)
from unnest($2::text[]) as called
cross join unnest(
    array[
        'alter function %s security definer',
        'alter function %s set search_path = public, pg_temp',
        'revoke execute on function %s from public',
        'grant execute on function %s to %I'
    ]
) as work

-- name: list_signing_keys
-- Hold the signing keys after an id.
select id, private_key as sealed from signing_key where id > $1 order by id limit $2 for update

-- name: update_signing_key
-- Keep a signing key under another seal.
update signing_key set private_key = $2 where id = $1

-- name: list_licence_pins
-- Hold the licences after an id that have a PIN.
select id, pin_sealed as sealed from licence where id > $1 and pin_sealed is not null order by id limit $2 for update

-- name: update_licence_pin
-- Keep the same PIN of a licence under another key.
update licence set pin_digest = $2, pin_sealed = $3 where id = $1

-- name: list_account_pins
-- Hold the accounts after an id.
select id, pin_sealed as sealed from account where id > $1 order by id limit $2 for update

-- name: update_account_pin
-- Keep the same PIN of an account under another key.
update account set pin_digest = $2, pin_sealed = $3 where id = $1

-- name: say_again
-- Have what was said in the last hours sent once more: whoever heard it drops it, whoever lost it in a restore hears it.
update outbox set sent_at = null where sent_at > now() - make_interval(hours => $1)
