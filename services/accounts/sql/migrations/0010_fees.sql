-- Fees that connected applications post, the payments that settle them, and bank details.

create table fee (
    id uuid primary key,
    application text not null,
    key text not null,
    account_id uuid not null references account (id),
    reference text not null,
    label_fr text not null,
    label_en text not null,
    amount_cents bigint not null check (amount_cents > 0),
    currency text not null default 'CAD' check (currency = 'CAD'),
    due_on date not null,
    state text not null default 'unpaid' check (state in ('unpaid', 'paid', 'refunded', 'withdrawn')),
    payment_id uuid,
    version bigint not null default 1,
    posted_at timestamptz not null default clock_timestamp(),
    unique (application, key),
    check (state <> 'paid' or payment_id is not null)
);
comment on column fee.key is 'The application’s own name of the fee: posted again, it is the same.';
comment on column fee.payment_id is 'The payment that is under way for an unpaid fee, or the one that settled it.';

create index fee_account on fee (account_id, state, due_on, id);
create index fee_payment on fee (payment_id) where payment_id is not null;

create table payment (
    id uuid primary key,
    payer uuid not null references person (id),
    amount_cents bigint not null check (amount_cents > 0),
    currency text not null default 'CAD' check (currency = 'CAD'),
    language text not null check (language in ('fr', 'en')),
    state text not null default 'started' check (state in ('started', 'failed', 'expired', 'paid', 'refunded')),
    surplus boolean not null default false,
    started_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    ask_at timestamptz not null,
    version bigint not null default 1,
    check ((state = 'started') = (ended_at is null))
);
comment on column payment.surplus is 'Taken for a fee that was settled already: to be given back.';
comment on column payment.ask_at is 'When the provider is asked what became of it, if it has not said so.';

create index payment_payer on payment (payer, id desc);
create index payment_open on payment (ask_at) where state = 'started';

create table payment_fee (
    payment_id uuid not null references payment (id),
    fee_id uuid not null references fee (id),
    primary key (payment_id, fee_id)
);
create index payment_fee_fee on payment_fee (fee_id);

create table payment_notice (
    id uuid primary key,
    payment_id uuid not null references payment (id),
    state text not null,
    taken_at timestamptz not null default clock_timestamp()
);
comment on table payment_notice is 'Notices of the provider that were taken: what is repeated has no second effect.';
create index payment_notice_payment on payment_notice (payment_id);

create table bank_detail (
    account_id uuid primary key references account (id),
    sealed bytea not null,
    changed_by uuid not null,
    changed_at timestamptz not null default clock_timestamp()
);
comment on column bank_detail.sealed is 'Encrypted for this account alone; nobody reads it but who pays out.';

create table spent_proof (
    id uuid primary key,
    expires_at timestamptz not null
);
comment on table spent_proof is 'Proofs of a password typed again that were used; kept until they would not hold anyway.';
create index spent_proof_expires on spent_proof (expires_at);
