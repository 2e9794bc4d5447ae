-- Web sessions, messages that wait for their page, and forms that wait to be sent.

create table web_session (
    digest bytea primary key,
    person uuid not null,
    facts jsonb not null,
    tokens bytea not null,
    generation integer not null default 0,
    access_until timestamptz not null,
    renewing_until timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    used_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null
);

create index web_session_ends on web_session (ends_at);

create table message (
    id uuid primary key,
    session bytea not null references web_session on delete cascade,
    place text not null,
    kind text not null check (kind in ('done', 'note')),
    words text not null,
    made_at timestamptz not null default clock_timestamp()
);

create index message_session on message (session, place);

create table draft (
    digest bytea primary key,
    sealed bytea not null,
    made_at timestamptz not null default clock_timestamp()
);

create index draft_made on draft (made_at);
