-- Answers kept for repeated requests, and what is left of limits.

create table idempotency (
    caller text not null,
    route text not null,
    key text not null,
    request bytea not null,
    status smallint,
    answer bytea,
    created_at timestamptz not null default clock_timestamp(),
    primary key (caller, route, key)
);

create index idempotency_created on idempotency (created_at);

-- Lost in a crash of the database, which costs nothing but a fresh limit.
create unlogged table throttle (
    key bytea primary key,
    full_at timestamptz not null
);

create index throttle_full on throttle (full_at);
