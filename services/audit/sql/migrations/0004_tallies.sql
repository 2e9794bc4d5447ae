-- Counts kept beside the register, so that totals and far pages of long lists cost the same at any length.
-- They change in the transaction that changes the entries, one at a time: always exact.

create table tracked (party uuid primary key);
comment on table tracked is 'Whose lists are counted: the whole register (the nil id), and people and accounts with thousands of rows.';

create table tally (
    party uuid not null,
    facet text not null,
    value text collate "C" not null,
    grain text not null,
    day date not null,
    n bigint not null,
    primary key (party, facet, value, grain, day)
) with (fillfactor = 70);
comment on table tally is 'How many of what a party sees: in all, by kind, by whom, for whom, without a file number; per month, per day, or ever.';
comment on column tally.value is 'For facet file: the lowest number of a run of about a thousand rows in order of file numbers.';

create function seen_by(whom uuid) returns setof entry language sql stable as $$
    select entry.* from entry where whom = '00000000-0000-0000-0000-000000000000'
    union all
    select entry.* from entry where performed_by = whom and personal
    union all
    select entry.* from entry where performed_for = whom and performed_by is distinct from performed_for and personal
    union all
    select entry.* from entry
    where account = whom and performed_by is distinct from whom and performed_for is distinct from whom and personal
$$;
comment on function seen_by is 'What a party sees: everything for the nil id; what was done by or for a person; what was done for an account.';

create function counts_of(entries entry[], only_for uuid)
returns table (party uuid, facet text, value text, grain text, day date, n bigint) language sql stable as $$
    with watched as (
        select
            watcher.party, one.kind, one.file_number,
            coalesce(one.performed_by::text, '') as by, coalesce(one.performed_for::text, '') as whom,
            one.account::text as account, case when one.file_number is null then '' end as bare, local.day,
            date_trunc('month', local.day)::date as month
        from unnest(entries) as one
        cross join lateral (select (one.occurred_at at time zone 'America/Toronto')::date as day) as local
        cross join lateral (
            select '00000000-0000-0000-0000-000000000000'::uuid as party
            union all
            select tracked.party from tracked
            where one.personal and tracked.party in (one.performed_by, one.performed_for, one.account)
        ) as watcher
        where only_for is null or watcher.party = only_for
    )
    select
        party,
        case grouping(kind, by, whom, account, bare)
            when 31 then '' when 15 then 'kind' when 23 then 'by' when 27 then 'for' when 29 then 'account' else 'bare' end,
        coalesce(kind, by, whom, account, ''),
        case when grouping(month) = 0 then 'month' when grouping(day) = 0 then 'day' else 'ever' end,
        coalesce(month, day, 'epoch'),
        count(*)
    from watched
    group by grouping sets (
        (party, month), (party, day), (party, kind, month), (party, kind, day), (party, by), (party, by, month),
        (party, whom), (party, whom, month), (party, account), (party, bare, month), (party, bare, day)
    )
    having
        -- What is of no account is not counted; and the whole register has too many people for a count of each month.
        (grouping(kind, by, whom, account, bare) = 31 or coalesce(kind, by, whom, account, bare) is not null)
        and not (
            party = '00000000-0000-0000-0000-000000000000'
            and grouping(month) = 0 and grouping(kind, by, whom, account, bare) in (23, 27)
        )
    union all
    select watched.party, 'file', run.value, 'ever', 'epoch', count(*)
    from watched
    cross join lateral (
        select tally.value from tally
        where
            tally.party = watched.party and tally.facet = 'file'
            and tally.value <= watched.file_number collate "C"
        order by tally.value desc
        limit 1
    ) as run
    where only_for is null and watched.file_number is not null
    group by watched.party, run.value
$$;
comment on function counts_of is 'What some entries add to the tallies; or to those of one party, but for its runs.';

create function cut_runs(whom uuid, low text, below text, size int default 1000) returns void language sql as $$
    delete from tally where party = whom and facet = 'file' and value >= low and (below is null or value < below);
    insert into tally (party, facet, value, grain, day, n)
    select whom, 'file', case run when 0 then low else min(file) end, 'ever', 'epoch', sum(n)
    from (
        select file, n, div(sum(n) over (order by file) - n, size) as run
        from (
            select file_number collate "C" as file, count(*) as n
            from seen_by(whom)
            where file_number collate "C" >= low and (below is null or file_number collate "C" < below)
            group by 1
        ) as files
    ) as placed
    group by run;
    insert into tally (party, facet, value, grain, day, n) values (whom, 'file', low, 'ever', 'epoch', 0)
    on conflict do nothing;
$$;
comment on function cut_runs is 'Cut what a party sees between two file numbers, in their order, into runs of about so many rows.';

create function track(whom uuid) returns void language plpgsql as $$
declare
    part entry[];
begin
    perform pg_advisory_xact_lock(hashtextextended('mandat:register', 0));
    insert into tracked values (whom) on conflict do nothing;
    delete from tally where party = whom;
    perform cut_runs(whom, '', null);
    for part in
        select array_agg(one) from seen_by(whom) as one group by one.seq / 20000
    loop
        insert into tally (party, facet, value, grain, day, n)
        select more.* from counts_of(part, whom) as more
        on conflict (party, facet, value, grain, day) do update set n = tally.n + excluded.n;
    end loop;
end
$$;
comment on function track is 'Count a party''s lists anew, and keep counting.';

create function count_arrivals() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('mandat:register', 0));
    insert into tally (party, facet, value, grain, day, n)
    select more.* from counts_of((select array_agg(arrived::entry) from arrived), null) as more
    on conflict (party, facet, value, grain, day) do update set n = tally.n + excluded.n;
    return null;
end
$$;

create function count_departures() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('mandat:register', 0));
    update tally set n = tally.n - less.n
    from counts_of((select array_agg(departed::entry) from departed), null) as less
    where
        (tally.party, tally.facet, tally.value, tally.grain, tally.day)
        = (less.party, less.facet, less.value, less.grain, less.day);
    delete from tally where n = 0 and facet <> 'file';
    return null;
end
$$;

create trigger count_arrivals after insert on entry
referencing new table as arrived for each statement execute function count_arrivals();
create trigger count_departures after delete on entry
referencing old table as departed for each statement execute function count_departures();

-- In a long list the rows of a run are found by their numbers, and then whose they are without looking further.
-- squawk-ignore require-concurrent-index-deletion
drop index entry_file;
create index entry_file on entry (file_number collate "C", occurred_at desc, seq desc)
include (performed_by, performed_for, personal) where file_number is not null;

select track('00000000-0000-0000-0000-000000000000');
