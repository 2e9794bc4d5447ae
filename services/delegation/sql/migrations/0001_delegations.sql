-- Copies of what identity and accounts say. Keys are the normal forms that a search compares.
create table person (
    id uuid primary key,
    username text not null,
    username_key text not null,
    email text not null,
    email_key text not null,
    first_name text not null,
    last_name text not null,
    sort_key text collate "C" not null,
    language text not null check (language in ('fr', 'en')),
    verified boolean not null,
    version bigint not null
);
-- Not unique: two people may trade a user name, and the second event may come first.
create index person_username on person (username_key);
create index person_email on person (email_key);

create table licence (
    id uuid primary key,
    matricule text not null,
    first_name text not null,
    last_name text not null,
    status text not null check (status in ('unclaimed', 'active', 'suspended')),
    holder uuid,
    version bigint not null
);
create index licence_holder on licence (holder) where holder is not null;

-- The parent row that every change of a surveyor's delegations locks first. `version` counts searches.
create table delegator (
    id uuid primary key,
    ever_added boolean not null default false,
    version bigint not null default 0
);

create table delegation (
    id uuid primary key,
    delegator_id uuid not null references delegator (id),
    delegate_id uuid not null references person (id),
    matricule text not null,
    added_at timestamptz not null,
    removed_at timestamptz,
    acting_at timestamptz,
    version bigint not null default 1,
    check (delegator_id <> delegate_id),
    check (removed_at >= added_at)
);
create unique index delegation_active on delegation (delegator_id, delegate_id) where removed_at is null;
create index delegation_delegate on delegation (delegate_id);
