-- The keys a service signs its tokens with; private halves are sealed by the service's keyring.

create table signing_key (
    id text primary key,
    public_key jsonb not null,
    private_key bytea not null,
    created_at timestamptz not null default now(),
    signs_from timestamptz not null,
    ends_at timestamptz
);
