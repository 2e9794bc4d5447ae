-- Licences of land surveyors, the people who may claim them, and the imports of rosters.

-- A copy of what identity says.
create table person (
    id uuid primary key,
    username text not null,
    first_name text not null,
    last_name text not null,
    email text not null,
    verified boolean not null,
    version bigint not null
);

create table licence (
    id uuid primary key,
    matricule text not null unique check (matricule ~ '^[0-9]{1,10}$'),
    first_name text not null,
    last_name text not null,
    email text not null,
    office text not null,
    language text not null check (language in ('fr', 'en')),
    suspended boolean not null default false,
    holder uuid unique,
    claimed_at timestamptz,
    pin_digest bytea unique,
    pin_sealed bytea,
    version bigint not null default 1,
    imported_at timestamptz not null default clock_timestamp(),
    check ((pin_digest is null) = (pin_sealed is null)),
    check (holder is null or pin_digest is null),
    check ((holder is null) = (claimed_at is null))
);

create index licence_order on licence (length(matricule), matricule);

create table import (
    id uuid primary key,
    started_by text not null,
    state text not null check (state in ('running', 'done', 'failed')),
    rows integer not null default 0,
    created integer not null default 0,
    changed integer not null default 0,
    unchanged integer not null default 0,
    bad integer not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);

create index import_started on import (started_at desc);

create table import_fault (
    import_id uuid not null references import on delete cascade,
    line integer not null,
    column_name text,
    code text not null,
    primary key (import_id, line)
);

-- The matricules of the file that is imported now, so that one of any size is searched for doubles without
-- being held in memory. Of no use after a crash, hence unlogged.
create unlogged table import_seen (
    matricule text primary key
);
