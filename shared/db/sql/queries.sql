-- Queries of the database layer itself.

-- name: lock_databases
-- Let one process at a time make databases, of all that start on this server.
select pg_advisory_lock(hashtextextended('mandat:databases', 0))

-- name: write_database_statements
-- Write, safely quoted, the statements that make a role with its password and the database it alone enters.
select statement
from (
    values
        (1, not exists (select from pg_roles where rolname = $1), format('create role %I login', $1::text)),
        (2, true, format('alter role %I login password %L', $1::text, $2::text)),
        (3, not exists (select from pg_database where datname = $1), format('create database %I', $1::text)),
        (4, true, format('alter database %I owner to %I', $1::text, $1::text)),
        (5, true, format('revoke connect, temporary on database %I from public', $1::text))
) as step (position, needed, statement)
where needed
order by position

-- name: write_role_statements
-- Write, safely quoted, the statements that make a role with its password and let it into a database that it does not own.
select statement
from (
    values
        (1, not exists (select from pg_roles where rolname = $2), format('create role %I login', $2::text)),
        (2, true, format('alter role %I login password %L', $2::text, $3::text)),
        (3, true, format('grant connect on database %I to %I', $1::text, $2::text))
) as step (position, needed, statement)
where needed
order by position

-- name: try_lock_migrations
-- Take the lock under which migrations are applied, if it is free; it goes with the connection.
select pg_try_advisory_lock(hashtextextended('mandat:migrations', 0))

-- name: set_lock_timeout
-- Set how long the next statements of this connection wait for a lock.
select set_config('lock_timeout', $1, false)

-- name: create_schema_migrations
-- Make the table of applied migrations, in a new database.
create table if not exists schema_migrations (
    area text not null,
    version integer not null,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now(),
    primary key (area, name)
)

-- name: has_schema_migrations
-- Tell whether any migration ever ran on this database.
select to_regclass('schema_migrations') is not null

-- name: list_applied_migrations
-- List what was applied in some areas, to compare it with the files.
select area, version, name, sha256 from schema_migrations where area = any($1::text[]) order by area, version, name

-- name: insert_applied_migration
-- Record a migration as applied, in its own transaction.
insert into schema_migrations (area, version, name, sha256) values ($1, $2, $3, $4)
