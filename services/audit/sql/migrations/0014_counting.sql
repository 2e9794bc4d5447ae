-- What arrives is counted some seconds later, many at once: to count each hundred took as long as to record them. The tallies
-- say up to where they go, and who asks counts the few that came later; so totals stay exact. Runs of file numbers are counted
-- in groups too, and who has a long list of his own by day in the whole register: so far pages are found in few steps.

-- Nothing is recorded while this one finds out where the tallies end.
select pg_advisory_xact_lock(hashtextextended('mandat:register', 0));

create table counted (
    one boolean primary key default true check (one),
    seq bigint not null
);
comment on table counted is 'Up to where in the order of arrival the tallies go.';
insert into counted (seq) select coalesce(max(seq), 0) from entry;
comment on column tally.value is
'For facet file: the lowest number of a run of about a thousand rows in order of file numbers; for files: of a group of such runs.';

drop trigger count_arrivals on entry;
-- Only that trigger called it.
-- squawk-ignore ban-drop-function
drop function count_arrivals();

create or replace function counts_of(entries entry[], only_for uuid)
returns table (party uuid, facet text, value text, grain text, day date, n bigint) language sql stable as $$
    with watched as materialized (
        select
            watcher.party, one.kind, one.file_number collate "C" as file_number, one.performed_by, one.performed_for, one.account,
            local.day, date_trunc('month', local.day)::date as month,
            watcher.party = '00000000-0000-0000-0000-000000000000' as all_of_it,
            -- Whose rows in the list are so many that they are counted by day.
            case
                when watcher.party <> '00000000-0000-0000-0000-000000000000' then one.performed_by = watcher.party
                else one.performed_by in (select tracked.party from tracked)
            end as by_much,
            case
                when watcher.party <> '00000000-0000-0000-0000-000000000000' then one.performed_for = watcher.party
                else one.performed_for in (select tracked.party from tracked)
            end as for_much
        from unnest(entries) as one
        cross join lateral (select (one.occurred_at at time zone 'America/Toronto')::date as day) as local
        cross join lateral (
            select '00000000-0000-0000-0000-000000000000'::uuid as party
            union all
            select tracked.party from tracked
            where one.personal and tracked.party in (one.performed_by, one.performed_for, one.account)
        ) as watcher
        where only_for is null or watcher.party = only_for
    ), dated as (
        select watched.party, kind, file_number is null as bare, watched.day, month, count(*) as n
        from watched
        group by 1, 2, 3, 4, 5
    ), acted as (
        select
            watched.party, 'by' as facet, performed_by as who, case when by_much or not all_of_it then month end as month,
            case when by_much then watched.day end as day, count(*) as n
        from watched
        group by 1, 3, 4, 5
        union all
        select
            watched.party, 'for', performed_for, case when for_much or not all_of_it then month end,
            case when for_much then watched.day end, count(*)
        from watched
        group by 1, 3, 4, 5
        union all
        select watched.party, 'account', account, null, null, count(*)
        from watched
        where account is not null
        group by 1, 3
    ), filed as materialized (
        select watched.party, run.value, count(*) as n
        from watched
        cross join lateral (
            select tally.value from tally
            where tally.party = watched.party and tally.facet = 'file' and tally.value <= watched.file_number
            order by tally.value desc
            limit 1
        ) as run
        where only_for is null and watched.file_number is not null
        group by 1, 2
    )
    select dated.party, one.facet, one.value, one.grain, one.day, sum(dated.n)::bigint
    from dated
    cross join lateral (
        values
        ('', '', 'month', month), ('', '', 'day', dated.day),
        ('kind', kind, 'month', month), ('kind', kind, 'day', dated.day),
        ('bare', case when bare then '' end, 'month', month), ('bare', case when bare then '' end, 'day', dated.day)
    ) as one (facet, value, grain, day)
    where one.value is not null
    group by 1, 2, 3, 4, 5
    union all
    select acted.party, acted.facet, coalesce(acted.who::text, ''), one.grain, one.day, sum(acted.n)::bigint
    from acted
    cross join lateral (
        values ('ever', 'epoch'::date), ('month', acted.month), ('day', acted.day)
    ) as one (grain, day)
    where one.day is not null
    group by 1, 2, 3, 4, 5
    union all
    select filed.party, 'file', filed.value, 'ever', 'epoch', filed.n
    from filed
    union all
    -- Where a group of runs begins, one of its runs does.
    select filed.party, 'files', heap.value, 'ever', 'epoch', sum(filed.n)::bigint
    from filed
    cross join lateral (
        select tally.value from tally
        where tally.party = filed.party and tally.facet = 'files' and tally.value <= filed.value
        order by tally.value desc
        limit 1
    ) as heap
    group by 1, 3
$$;

create function count_arrived(most int default 20000) returns bigint language plpgsql as $$
declare
    low bigint;
    high bigint;
begin
    -- Whatever changes the tallies does so one after the other.
    perform pg_advisory_xact_lock(hashtextextended('mandat:counts', 0));
    select seq into low from counted;
    select max(seq) into high from (select seq from entry where seq > low order by seq limit most) as arrived;
    if high is null then
        return 0;
    end if;
    insert into tally (party, facet, value, grain, day, n)
    select more.*
    from counts_of(array(select entry from entry where seq > low and seq <= high), null) as more
    on conflict (party, facet, value, grain, day) do update set n = tally.n + excluded.n;
    update counted set seq = high;
    return high - low;
end
$$;
comment on function count_arrived is 'Count what has arrived, so many at the most; gives how far that went.';

create or replace function count_departures() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('mandat:counts', 0));
    update tally set n = tally.n - less.n
    from
        counts_of(
            (select array_agg(departed::entry) from departed where departed.seq <= (select counted.seq from counted)), null
        ) as less
    where
        (tally.party, tally.facet, tally.value, tally.grain, tally.day)
        = (less.party, less.facet, less.value, less.grain, less.day);
    delete from tally where n = 0 and facet not in ('file', 'files');
    return null;
end
$$;

create or replace function cut_runs(whom uuid, low text, below text, size int default 1000) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('mandat:counts', 0));
    delete from tally where party = whom and facet = 'file' and value >= low and (below is null or value < below);
    insert into tally (party, facet, value, grain, day, n)
    select whom, 'file', case run when 0 then low else min(file) end, 'ever', 'epoch', sum(n)
    from (
        select file, n, div(sum(n) over (order by file) - n, size) as run
        from (
            select file_number collate "C" as file, count(*) as n
            from seen_by(whom)
            where
                file_number collate "C" >= low and (below is null or file_number collate "C" < below)
                and seq <= (select counted.seq from counted)
            group by 1
        ) as files
    ) as placed
    group by run;
    insert into tally (party, facet, value, grain, day, n) values (whom, 'file', low, 'ever', 'epoch', 0)
    on conflict do nothing;
$$;

create function group_runs(whom uuid, size int default 50000) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('mandat:counts', 0));
    delete from tally where party = whom and facet = 'files';
    insert into tally (party, facet, value, grain, day, n)
    select whom, 'files', min(value), 'ever', 'epoch', sum(n)
    from (
        select value, n, div(sum(n) over (order by value) - n, size) as place from tally where party = whom and facet = 'file'
    ) as run
    group by place;
$$;
comment on function group_runs is 'Join the runs of file numbers of a party into groups of about so many rows.';

create function count_days_of(whom uuid) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('mandat:counts', 0));
    delete from tally
    where
        value = whom::text and grain in ('month', 'day')
        and ((party = '00000000-0000-0000-0000-000000000000' and facet in ('by', 'for')) or (party = whom and grain = 'day'));
    insert into tally (party, facet, value, grain, day, n)
    select lists.party, one.facet, whom::text, span.grain, span.day, count(*)
    from (
        select 'by' as facet, occurred_at, seq, personal from entry where performed_by = whom
        union all
        select 'for', occurred_at, seq, personal from entry where performed_by = whom and performed_for = whom
        union all
        select 'for', occurred_at, seq, personal from entry
        where performed_for = whom and performed_by is distinct from performed_for
    ) as one
    cross join lateral (select (one.occurred_at at time zone 'America/Toronto')::date as day) as local
    cross join lateral (
        values ('month', date_trunc('month', local.day)::date), ('day', local.day)
    ) as span (grain, day)
    cross join lateral (
        select '00000000-0000-0000-0000-000000000000'::uuid as party
        union all
        select whom where one.personal and span.grain = 'day'
    ) as lists
    where one.seq <= (select counted.seq from counted)
    group by lists.party, one.facet, span.grain, span.day
$$;
comment on function count_days_of is 'Count by day what one with a long list did and what was done for him, in that list and in the whole register.';

create or replace function track(whom uuid) returns void language plpgsql as $$
declare
    part entry[];
begin
    perform pg_advisory_xact_lock(hashtextextended('mandat:counts', 0));
    insert into tracked values (whom) on conflict do nothing;
    delete from tally where party = whom;
    perform cut_runs(whom, '', null);
    perform group_runs(whom);
    for part in
        select array_agg(one) from seen_by(whom) as one
        where one.seq <= (select counted.seq from counted)
        group by one.seq / 500000
    loop
        insert into tally (party, facet, value, grain, day, n)
        select more.* from counts_of(part, whom) as more
        on conflict (party, facet, value, grain, day) do update set n = tally.n + excluded.n;
    end loop;
    perform count_days_of(whom);
end
$$;

create function uncounted(whom uuid) returns setof entry language sql stable as $$
    -- Two bounds, so that the planner takes it for a short range however long the register is.
    select entry.* from entry
    where
        seq > (select counted.seq from counted) and seq < (select counted.seq from counted) + 1000000000
        and (
            whom = '00000000-0000-0000-0000-000000000000'
            or (personal and whom in (performed_by, performed_for, account))
        )
$$;
comment on function uncounted is 'What a party sees and the tallies do not count yet.';

create function later(whom uuid, what text, span text) returns setof tally language sql stable as $$
    select whom, what, one.value, span, one.day, count(*)
    from (
        select
            case what
                when '' then ''
                when 'kind' then kind
                when 'by' then coalesce(performed_by::text, '')
                when 'for' then coalesce(performed_for::text, '')
                when 'bare' then case when file_number is null then '' end
                else (
                    select run.value from tally as run
                    where run.party = whom and run.facet = what and run.value <= file_number collate "C"
                    order by run.value desc
                    limit 1
                )
            end collate "C" as value,
            case span
                when 'day' then local.day
                when 'month' then date_trunc('month', local.day)::date
                else 'epoch'::date
            end as day
        from uncounted(whom) as late
        cross join lateral (select (late.occurred_at at time zone 'America/Toronto')::date as day) as local
    ) as one
    where one.value is not null
    group by one.value, one.day
$$;
comment on function later is 'What is to be added to the tallies of a party by one facet (runs of file numbers: file, files).';

create function counts(whom uuid, what text, span text) returns setof tally language sql stable as $$
    select tally.* from tally where party = whom and facet = what and grain = span
    union all
    select more.* from later(whom, what, span) as more
$$;
comment on function counts is 'The tallies of a party by one facet, and what came since: the same value may come twice.';

select group_runs(party), count_days_of(party) from tracked;

create function record_together(told json) returns setof uuid language plpgsql as $$
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
comment on function record_together is
'Record activities, each once by its id or its application and key; gives the ids of the new ones, and a null when somebody has no name here yet.';

create or replace function record_activities(told json) returns setof uuid language plpgsql as $$
begin
    return query select record_together(told);
    perform count_arrived(2147483647);
end
$$;
comment on function record_activities is 'What record_together does, counted at once: for the release before, whose lists know nothing of what is not counted.';
