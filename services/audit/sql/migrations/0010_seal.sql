-- The register as an append-only Merkle log (RFC 6962): its leaves, the inner nodes that are kept, what was signed, and
-- the keys under which names stand in it.

create table subject_key (
    subject uuid primary key,
    key bytea not null check (octet_length(key) = 32),
    made_at timestamptz not null default clock_timestamp()
);
comment on table subject_key is 'One random key per person or business account named; without it the names in the log say nothing.';

create table tombstone (
    id uuid primary key,
    kind text not null,
    before timestamptz not null,
    leaves int8multirange not null,
    buried_at timestamptz not null
);
comment on table tombstone is 'Activities that a retention policy took out of the register, by their places in the log.';

create table leaf (
    index bigint primary key check (index >= 0),
    seq bigint unique,
    tombstone uuid unique references tombstone (id),
    version smallint not null,
    hash bytea not null check (octet_length(hash) = 32),
    by_name bytea check (octet_length(by_name) = 32),
    for_name bytea check (octet_length(for_name) = 32),
    check ((seq is null) <> (tombstone is null))
);
comment on table leaf is 'The log, in the order of arrival, without gaps: an activity by its seq, or a tombstone.';
comment on column leaf.by_name is 'The keyed commitment to the name that stands in the activity.';

create table node (
    level smallint not null check (level > 0 and level % 4 = 0),
    index bigint not null check (index >= 0),
    hash bytea not null check (octet_length(hash) = 32),
    primary key (level, index)
);
comment on table node is 'Every fourth level of complete inner nodes; the ones between are computed from at most eight.';

create table checkpoint (
    size bigint primary key check (size > 0),
    note text not null
);
comment on table checkpoint is 'What was signed: a C2SP checkpoint; the same lines are in a file outside the database.';

create table sealing_key (
    verifier text primary key,
    since timestamptz not null default clock_timestamp()
);
comment on table sealing_key is 'The public halves of the keys that ever signed (C2SP verifier keys).';

-- What was written in the register stays: its role can insert and read. What the law has taken out goes through these two
-- functions, which run with the rights of the owner and do nothing else.

create function erase_subject(who uuid) returns bigint language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    named bigint;
begin
    delete from subject_key where subject = who;
    update activity set
        performed_by_name = case when performed_by = who then null else performed_by_name end,
        performed_for_name = case when performed_for = who then null else performed_for_name end
    where
        (seq, occurred_at) in (
            select seq, occurred_at from entry where performed_by = who or performed_for = who
        )
        and (
            (performed_by = who and performed_by_name is not null)
            or (performed_for = who and performed_for_name is not null)
        );
    get diagnostics named = row_count;
    return named;
end
$$;
comment on function erase_subject is 'Destroy the key and the names of a person or account; gives how many activities named it.';

create function bury(stone uuid) returns bigint language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    gone bigint;
begin
    with dead as (
        select entry.seq, entry.occurred_at
        from tombstone
        inner join leaf as own on own.tombstone = tombstone.id
        inner join entry on entry.kind = tombstone.kind and entry.occurred_at < tombstone.before
        inner join leaf on leaf.seq = entry.seq and leaf.index <@ tombstone.leaves
        where tombstone.id = stone
    ), taken as (
        delete from activity using dead where activity.seq = dead.seq and activity.occurred_at = dead.occurred_at
    )
    delete from entry using dead where entry.seq = dead.seq;
    get diagnostics gone = row_count;
    return gone;
end
$$;
comment on function bury is 'Take out of the register what a tombstone names, once that stands in the log; gives how many.';

create function grant_register(role name) returns void language plpgsql as $$
begin
    execute format('grant usage on schema public to %I', role);
    execute format('grant select, insert, update, delete on all tables in schema public to %I', role);
    execute format('grant usage on all sequences in schema public to %I', role);
    execute format('grant execute on function erase_subject(uuid), bury(uuid) to %I', role);
    execute format(
        'revoke update, delete on activity, activity_rest, entry, leaf, node, checkpoint, sealing_key, subject_key, tombstone,
        schema_migrations from %I', role
    );
    execute format('revoke insert on schema_migrations from %I', role);
end
$$;
comment on function grant_register is 'Give the service''s role what it needs, which is to insert and to read in all that is the register.';
revoke execute on function erase_subject(uuid), bury(uuid), grant_register(name) from public;
