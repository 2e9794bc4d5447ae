-- Every state of a licence that was heard of, so that it can be said who could act for whom at a moment in the past.
-- Delegations need none: each row says from when until when it was.

create table licence_state (
    licence uuid not null,
    version bigint not null,
    matricule text not null,
    status text not null check (status in ('unclaimed', 'active', 'suspended')),
    holder uuid,
    since timestamptz not null,
    primary key (licence, version)
);
comment on table licence_state is 'The time is the event''s: that of the change at accounts.';
create index licence_state_holder on licence_state (holder, licence) where holder is not null;

insert into licence_state (licence, version, matricule, status, holder, since)
select id, version, matricule, status, holder, clock_timestamp() from licence;

create table attestation (
    reference uuid primary key,
    content jsonb not null,
    issued_at timestamptz not null default clock_timestamp()
);
comment on table attestation is 'What was attested; the reference is made of its content.';
