-- Permit applications with all that happens on them, and what is still to be said to Mandat.

create sequence application_number;

-- An application is a client's, a company's that acts for a client, or both: the company is its contact.
create table application (
    id uuid primary key,
    number text not null unique,
    kind text not null,
    title text not null,
    address text not null,
    description text not null,
    state text not null default 'submitted' check (state in ('submitted', 'in-review', 'approved', 'refused', 'closed')),
    client uuid,
    client_name text not null,
    account uuid,
    account_name text,
    opened_by uuid not null,
    opened_at timestamptz not null default clock_timestamp(),
    check (client is not null or account is not null),
    check ((account is null) = (account_name is null))
);

create index application_client on application (client, id desc) where client is not null;
create index application_account on application (account, id desc) where account is not null;
create index application_state on application (state, id desc);

-- Who did something on an application for its company, and so is told of what the city writes.
create table follower (
    application_id uuid not null references application,
    person uuid not null,
    primary key (application_id, person)
);

create table message (
    id uuid primary key,
    application_id uuid not null references application,
    from_city boolean not null,
    author uuid not null,
    author_name text not null,
    body text not null,
    posted_at timestamptz not null default clock_timestamp(),
    read_at timestamptz
);

create index message_application on message (application_id, id desc);

-- What accounts was asked to collect; its state is what accounts said last.
create table fee (
    id uuid primary key,
    application_id uuid not null references application,
    account uuid not null,
    label_fr text not null,
    label_en text not null,
    amount_cents bigint not null check (amount_cents > 0),
    due_on date not null,
    state text not null default 'unpaid' check (state in ('unpaid', 'paid', 'refunded', 'withdrawn')),
    posted_at timestamptz not null default clock_timestamp(),
    ask_at timestamptz not null default clock_timestamp()
);

create index fee_application on fee (application_id, id);
create index fee_open on fee (ask_at) where state in ('unpaid', 'paid');

create table needed_action (
    id uuid primary key,
    application_id uuid not null references application,
    kind text not null check (kind in ('answer', 'upload', 'pay', 'inspect')),
    detail text not null,
    due_on date,
    fee_id uuid references fee,
    asked_at timestamptz not null default clock_timestamp(),
    done_at timestamptz,
    check ((kind = 'pay') = (fee_id is not null))
);

create index needed_action_open on needed_action (application_id, kind) where done_at is null;

create table inspection (
    id uuid primary key,
    application_id uuid not null references application,
    kind text not null,
    wanted_on date not null,
    note text not null,
    asked_by uuid not null,
    asked_by_name text not null,
    asked_at timestamptz not null default clock_timestamp(),
    result text check (result in ('passed', 'failed', 'cancelled')),
    result_note text
);

create index inspection_application on inspection (application_id, id desc);

-- Uploaded files: the bytes lie outside the database, under the id.
create table file (
    id uuid primary key,
    application_id uuid not null references application,
    name text not null,
    media_type text not null,
    size bigint not null check (size > 0),
    sha256 text not null,
    uploaded_by uuid not null,
    uploaded_by_name text not null,
    uploaded_at timestamptz not null default clock_timestamp(),
    unique (application_id, sha256)
);

create table template (
    id uuid primary key,
    account uuid not null,
    name text not null,
    content jsonb not null,
    changed_by_name text not null,
    changed_at timestamptz not null default clock_timestamp(),
    unique (account, name)
);

create table saying (
    key text primary key,
    kind text not null check (kind in ('activity', 'alert', 'fee')),
    body jsonb not null,
    correlation_id text,
    next_at timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,
    said_at timestamptz
);

create index saying_due on saying (next_at) where said_at is null;
