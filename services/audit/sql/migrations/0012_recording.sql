-- What is recorded together takes one call: its turn, the names of the moment, and both rows of each activity.

create function record_activities(told json) returns setof uuid language plpgsql as $$
begin
    -- A statement of its own, so that the next one sees what was committed while this one waited.
    perform pg_advisory_xact_lock(hashtextextended('mandat:register', 0));
    return query
    with given as materialized (
        select
            one.id, application, key, kind, file_number, performed_by, performed_for, occurred_at, personal, correlation_id, place,
            coalesce(one.account, firm.id) as account,
            named or performed_by is null or actor.id is not null as by_known,
            named or performed_for is null or coalesce(whom.id, firm.id) is not null as for_known,
            case when named then performed_by_name else nullif(actor.name, '') end as by_name,
            case when named then performed_for_name else nullif(coalesce(whom.name, firm.name), '') end as for_name
        from
            rows from (json_to_recordset(told) as (
                id uuid, application text, key text, kind text, file_number text, performed_by uuid, performed_by_name text,
                performed_for uuid, performed_for_name text, account uuid, occurred_at timestamptz, personal boolean,
                correlation_id text, named boolean
            )) with ordinality as one (
                id, application, key, kind, file_number, performed_by, performed_by_name, performed_for, performed_for_name,
                account, occurred_at, personal, correlation_id, named, place
            )
        -- `limit` has each looked up by its key, however few rows the planner believes in.
        left join lateral (
            select person.id, person.name from person where person.id = one.performed_by and not one.named
            union all
            select company.id, company.name from company where company.id = one.performed_by and not one.named
            limit 1
        ) as actor on true
        left join lateral (
            select person.id, person.name from person where person.id = one.performed_for and not one.named limit 1
        ) as whom on true
        left join lateral (
            select company.id, company.name from company where company.id = one.performed_for and not one.named limit 1
        ) as firm on true
    ), fresh as (
        insert into entry (id, application, key, kind, file_number, performed_by, performed_for, account, occurred_at, personal)
        select id, application, key, kind, file_number, performed_by, performed_for, account, occurred_at, personal
        from given
        where by_known and for_known
        order by place
        on conflict do nothing
        returning entry.seq, entry.id
    ), kept as (
        insert into activity (
            seq, id, application, key, kind, file_number, performed_by, performed_by_name, performed_for, performed_for_name,
            account, occurred_at, personal, correlation_id
        )
        select
            fresh.seq, fresh.id, application, key, kind, file_number, performed_by, by_name, performed_for, for_name,
            account, occurred_at, personal, correlation_id
        from given
        inner join fresh on fresh.id = given.id
        order by fresh.seq
    )
    select fresh.id from fresh
    union all
    select null where exists (select from given where not (by_known and for_known));
end
$$;
comment on function record_activities is
'Record activities, each once by its id or its application and key; gives the ids of the new ones, and a null when somebody has no name here yet.';

-- Hardly a leaf is a tombstone: only those are indexed.
-- squawk-ignore ban-drop-constraint
alter table leaf drop constraint leaf_tombstone_key;
-- squawk-ignore require-concurrent-index-creation
create unique index leaf_tombstone on leaf (tombstone) where tombstone is not null;
