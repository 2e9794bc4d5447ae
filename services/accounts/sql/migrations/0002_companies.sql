-- Business accounts, their members, contacts and previous applications, and what is decided about them.

alter table person add column language text not null default 'fr' check (language in ('fr', 'en'));
alter table person add column operator boolean not null default false;
alter table person add column gone boolean not null default false;
alter table person add column sort_key text collate "C" not null default '';
comment on column person.gone is 'The identifier ended: nobody signs in with it any more.';

create table account (
    id uuid primary key,
    kind text not null check (kind in ('professional', 'contractor')),
    legal_name text not null check (length(legal_name) between 1 and 200),
    operating_name text not null,
    tarion_number text,
    phone text not null check (phone ~ '^[+][1-9][0-9]{7,14}(;ext=[0-9]{1,6})?$'),
    email text not null,
    street text not null,
    unit text,
    city text not null,
    province text not null check (province ~ '^[A-Z]{2}$'),
    postal_code text not null check (postal_code ~ '^[A-Z][0-9][A-Z] [0-9][A-Z][0-9]$'),
    language text not null check (language in ('fr', 'en')),
    listed boolean not null,
    shows text[] not null
        check (shows <@ array['operating_name', 'tarion_number', 'phone', 'email', 'address']),
    sort_key text collate "C" not null,
    words tsvector not null,
    number text unique,
    claimed_at timestamptz,
    pin_digest bytea not null unique,
    pin_sealed bytea not null,
    pin_since timestamptz not null default clock_timestamp(),
    successor uuid,
    orphaned_at timestamptz,
    version bigint not null default 0,
    created_at timestamptz not null default clock_timestamp()
);
comment on column account.number is 'The number of an import; null where a person registered the account.';
comment on column account.claimed_at is 'Null: imported, without members; from then on there is always a manager.';
comment on column account.shows is 'What else than the legal name a client who looks for a contact company sees (O16).';

create index account_words on account using gin (words) where listed;
create index account_name on account (sort_key, id);

create table member (
    account_id uuid not null references account (id),
    person_id uuid not null references person (id),
    manage boolean not null default false,
    submit boolean not null default false,
    pay boolean not null default false,
    inspect boolean not null default false,
    upload boolean not null default false,
    templates boolean not null default false,
    via text not null check (via in ('registered', 'pin', 'claim', 'takeover')),
    suspended boolean not null default false,
    gone boolean not null default false,
    joined_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    primary key (account_id, person_id),
    constraint member_manager_has_all check (not manage or (submit and pay and inspect and upload and templates))
);
comment on column member.suspended is 'He claimed the account, and the claim is contested.';
comment on column member.gone is 'The last manager, whose identifier ended: nobody acts by this row any more.';

create index member_person on member (person_id, account_id);

create table account_contact (
    account_id uuid not null references account (id),
    email text not null,
    known_at timestamptz not null default clock_timestamp(),
    primary key (account_id, email)
);
comment on table account_contact is 'Every address an account was ever known by: all are told when somebody claims it or takes it over.';

create table account_reference (
    account_id uuid not null references account (id),
    reference text not null,
    primary key (account_id, reference)
);
comment on table account_reference is 'Previous applications, by the names connected applications gave them (O3).';

create table claim (
    id uuid primary key,
    account_id uuid not null references account (id),
    claimer uuid not null references person (id),
    state text not null default 'standing' check (state in ('standing', 'contested', 'upheld', 'dismissed')),
    claimed_at timestamptz not null default clock_timestamp(),
    contested_at timestamptz,
    contest_reason text not null default '',
    decided_at timestamptz,
    decided_by uuid,
    reason text not null default '',
    check ((state in ('contested', 'upheld', 'dismissed')) = (contested_at is not null)),
    check ((state in ('upheld', 'dismissed')) = (decided_at is not null and decided_by is not null))
);
create index claim_account on claim (account_id);
create index claim_state on claim (state, id);

create table takeover (
    id uuid primary key,
    account_id uuid not null references account (id),
    asked_by uuid not null references person (id),
    ground text not null check (ground in ('gone', 'silent')),
    state text not null default 'announced'
        check (state in ('announced', 'objected', 'approved', 'completed', 'refused', 'withdrawn')),
    reason text not null,
    asked_at timestamptz not null default clock_timestamp(),
    due_at timestamptz not null,
    objections integer not null default 0,
    approved_by uuid,
    approved_at timestamptz,
    ended_by uuid,
    ended_at timestamptz,
    decision_reason text not null default '',
    check (state not in ('approved', 'completed') or (approved_by is not null and approved_at is not null)),
    check ((state in ('completed', 'refused', 'withdrawn')) = (ended_by is not null and ended_at is not null)),
    check (state <> 'completed' or (ended_by <> approved_by and ended_by <> asked_by and approved_by <> asked_by))
);
create unique index takeover_running on takeover (account_id) where state in ('announced', 'objected', 'approved');
create index takeover_state on takeover (state, id);
create index takeover_asked_by on takeover (asked_by);

create table account_link (
    digest bytea primary key,
    account_id uuid not null references account (id),
    claim_id uuid references claim (id) on delete cascade,
    takeover_id uuid references takeover (id) on delete cascade,
    until timestamptz not null,
    used_at timestamptz,
    check ((claim_id is null) <> (takeover_id is null))
);
comment on table account_link is 'Single-use links of e-mails, to contest a claim or to object to a take-over; hashed.';
create index account_link_until on account_link (until);

-- The belt: whatever is done, and by whom, a claimed account has a manager when the transaction ends. The lock is the
-- one that every command takes first, so that two transactions cannot each rely on the other's manager.
create function ensure_manager(account uuid) returns void language plpgsql as $$
begin
    perform from account as a where a.id = ensure_manager.account for update;
    if exists (select from account as a where a.id = ensure_manager.account and a.claimed_at is not null)
        and not exists (select from member as m where m.account_id = ensure_manager.account and m.manage)
    then
        raise exception 'account % would be without a manager', ensure_manager.account
            using errcode = 'check_violation', constraint = 'account_has_manager';
    end if;
end
$$;

create function ensure_manager_of_member() returns trigger language plpgsql as $$
begin
    perform ensure_manager(old.account_id);
    return null;
end
$$;

create function ensure_manager_of_account() returns trigger language plpgsql as $$
begin
    perform ensure_manager(new.id);
    return null;
end
$$;

create constraint trigger member_leaves_manager after update of manage, account_id or delete on member
deferrable initially deferred for each row when (old.manage) execute function ensure_manager_of_member();

create constraint trigger account_has_manager after insert or update of claimed_at on account
deferrable initially deferred for each row when (new.claimed_at is not null) execute function ensure_manager_of_account();
