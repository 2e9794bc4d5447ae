-- One row per e-mail, the addresses of people, and the alerts already taken.

create table recipient (
    id uuid primary key,
    first_name text not null,
    last_name text not null,
    email text not null,
    language text not null check (language in ('fr', 'en')),
    version bigint not null
);

create table email (
    id uuid primary key,
    key bytea not null unique,
    template text not null,
    recipient uuid,
    name text not null,
    address text not null,
    language text not null check (language in ('fr', 'en')),
    data jsonb not null,
    sealed text,
    cause uuid,
    correlation_id text,
    message_id text not null unique,
    merge_key text,
    send_after timestamptz not null default clock_timestamp(),
    state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'bounced', 'failed', 'unknown')),
    attempts smallint not null default 0,
    unknowns smallint not null default 0,
    owner uuid,
    lease_until timestamptz,
    last_reply text,
    version bigint not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
);
comment on column email.sealed is 'What only this service may read, still sealed; erased once the e-mail has ended.';
comment on column email.merge_key is 'E-mails of one key that still wait become one.';

create index email_due on email (send_after) where state = 'queued';
create index email_leased on email (lease_until) where state = 'sending';
create unique index email_merging on email (merge_key) where state = 'queued' and merge_key is not null;
create index email_address on email (address, template, created_at);
create index email_newest on email (created_at desc, id desc);

create table alert (
    application text not null,
    key text not null,
    taken_at timestamptz not null default clock_timestamp(),
    primary key (application, key)
);
