-- What a service says, what it has heard, and what it could not yet take in.

create table outbox (
    id bigint generated always as identity primary key,
    event_id uuid not null unique,
    part smallint not null check (part between 0 and 7),
    subject text not null,
    sequence bigint not null check (sequence > 0),
    type text not null,
    envelope jsonb not null,
    sent_at timestamptz,
    unique (subject, sequence)
);
comment on table outbox is 'Events said and not yet sent; kept 7 days after they are sent.';
comment on column outbox.part is 'Hash of the subject: one relay at a time sends a partition.';

-- Marking a row sent takes it out of this index, so dead entries are what slows the relay: vacuum often.
create index outbox_unsent on outbox (id) include (part, subject) where sent_at is null;
create index outbox_sent on outbox (sent_at) where sent_at is not null;
alter table outbox set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.05);

create table inbox (
    consumer text not null,
    event_id uuid not null,
    taken_at timestamptz not null default clock_timestamp(),
    primary key (consumer, event_id)
);
comment on table inbox is 'Events whose effect is committed; kept 30 days, longer than any outage.';
create index inbox_taken on inbox using brin (taken_at);

create table retry (
    id bigint generated always as identity primary key,
    consumer text not null,
    event_id uuid not null,
    type text,
    correlation_id text,
    body bytea not null,
    state text not null check (state in ('waiting', 'parked')),
    attempts smallint not null default 0,
    next_at timestamptz not null,
    error text not null,
    fingerprint text not null,
    first_failed_at timestamptz not null default clock_timestamp(),
    last_failed_at timestamptz not null default clock_timestamp(),
    unique (consumer, event_id)
);
comment on table retry is 'Events whose effect failed: waiting for the next attempt, or parked for a person to look at.';
comment on column retry.fingerprint is 'The cause: exception type and where in our own code.';
create index retry_due on retry (consumer, next_at, id) where state = 'waiting';
create index retry_parked on retry (fingerprint) where state = 'parked';

create table crash_guard (
    consumer text not null,
    event_id uuid not null,
    starts smallint not null default 1,
    started_at timestamptz not null default clock_timestamp(),
    primary key (consumer, event_id)
);
comment on table crash_guard is 'Redelivered events begun and not ended: one that kills its process three times is parked.';
