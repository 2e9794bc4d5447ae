-- The payment provider for trials: what it charged, and what it still has to tell the merchant.

create table charge (
    payment uuid primary key,
    amount_cents bigint not null check (amount_cents > 0),
    currency text not null,
    state text not null check (state in ('paid', 'failed', 'refunded')),
    notify_url text not null,
    decided_at timestamptz not null default clock_timestamp()
);

create table notice (
    id uuid primary key,
    payment uuid not null references charge,
    state text not null,
    occurred_at timestamptz not null default clock_timestamp(),
    next_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    taken_at timestamptz
);

create index notice_due on notice (next_at) where taken_at is null;
create index notice_payment on notice (payment);
