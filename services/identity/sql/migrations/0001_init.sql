-- People, their sessions and links, what waits to be worked off, and connected applications.

create table person (
    id uuid primary key,
    username text not null,
    username_key text not null unique,
    email text not null,
    email_key text not null unique,
    first_name text not null,
    last_name text not null,
    language text not null check (language in ('fr', 'en')),
    password_hash text not null,
    password_changed_at timestamptz not null default now(),
    verified_at timestamptz,
    operator boolean not null default false,
    version bigint not null default 0,
    created_at timestamptz not null default now()
);

create index person_operator on person (id) where operator;
create index person_unverified on person (created_at) where verified_at is null;

-- A registration keeps its user name from the answer until it is worked off, whatever becomes of its address.
create table registration (
    id uuid primary key,
    username text not null,
    username_key text not null unique,
    email text not null,
    email_key text not null,
    first_name text not null,
    last_name text not null,
    language text not null,
    password_hash text not null
);

-- What must not tell by its duration whether somebody exists is done after the answer.
create table request (
    id bigint generated always as identity primary key,
    kind text not null,
    value text not null,
    person_id uuid references person on delete cascade,
    origin jsonb not null,
    requested_at timestamptz not null default now(),
    due_at timestamptz not null default now()
);

create index request_due on request (due_at, id);

create table link (
    digest bytea primary key,
    person_id uuid not null references person on delete cascade,
    purpose text not null check (purpose in ('registration', 'email', 'password')),
    email text not null,
    email_key text not null,
    expires_at timestamptz not null,
    used_at timestamptz
);

create index link_person on link (person_id, purpose);

create view stale_person as
select person.id, person.username_key, person.email_key, person.created_at
from person
where
    person.verified_at is null
    and not exists (
        select 1 from link where link.person_id = person.id and link.used_at is null and link.expires_at > now()
    );

create table session (
    id uuid primary key,
    person_id uuid not null references person on delete cascade,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz
);

create index session_person on session (person_id) where ended_at is null;

create table refresh (
    digest bytea primary key,
    session_id uuid not null references session on delete cascade,
    expires_at timestamptz not null,
    used_at timestamptz,
    successor bytea
);

create index refresh_session on refresh (session_id);

create table device (
    digest bytea primary key,
    person_id uuid not null references person on delete cascade,
    last_used_at timestamptz not null default now()
);

create index device_person on device (person_id);

-- Attempts to name a password, by the keyed digest of whose it would be.
create table attempt (
    key bytea primary key,
    failures integer not null,
    last_at timestamptz not null,
    free_at timestamptz not null
);

create table application (
    client_id text primary key,
    name text not null,
    created_at timestamptz not null default now()
);

create table application_secret (
    client_id text not null references application on delete cascade,
    digest bytea not null,
    created_at timestamptz not null default now(),
    ends_at timestamptz,
    primary key (client_id, digest)
);
