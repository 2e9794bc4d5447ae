-- Files with their messages, what was asked through the services, and what is still to be said to Mandat.

create table file (
    number text primary key,
    title text not null,
    domain text not null check (domain in ('cadastre', 'survey')),
    responsible uuid not null,
    opened_at timestamptz not null default clock_timestamp(),
    closes_on date
);

create index file_responsible on file (responsible, opened_at desc);

create table message (
    id uuid primary key,
    file_number text not null references file,
    kind text not null check (kind in ('message', 'communique')),
    subject text not null,
    body text not null,
    posted_at timestamptz not null default clock_timestamp(),
    read_at timestamptz,
    read_by uuid
);

create index message_file on message (file_number, posted_at desc);

create table request (
    id uuid primary key,
    service text not null,
    file_number text references file,
    performed_by uuid not null,
    performed_for uuid not null,
    details jsonb not null,
    made_at timestamptz not null default clock_timestamp()
);

create index request_for on request (performed_for, made_at desc);

create table saying (
    key text primary key,
    kind text not null check (kind in ('activity', 'alert')),
    body jsonb not null,
    correlation_id text,
    next_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    said_at timestamptz
);

create index saying_due on saying (next_at) where said_at is null;
