-- Runs of file numbers are shorter for people and accounts than for the whole register: where somebody has a tenth of all rows,
-- ten times as many numbers are read to find his.

create function run_size(whom uuid) returns int language sql immutable as $$
    select case when whom = '00000000-0000-0000-0000-000000000000' then 1000 else 100 end
$$;
comment on function run_size is 'About how many rows a run of file numbers of a party has; a group has fifty times as many.';

create or replace function cut_runs(whom uuid, low text, below text, size int default null) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('mandat:counts', 0));
    delete from tally where party = whom and facet = 'file' and value >= low and (below is null or value < below);
    insert into tally (party, facet, value, grain, day, n)
    select whom, 'file', case run when 0 then low else min(file) end, 'ever', 'epoch', sum(n)
    from (
        select file, n, div(sum(n) over (order by file) - n, coalesce(size, run_size(whom))) as run
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

create or replace function group_runs(whom uuid, size int default null) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('mandat:counts', 0));
    delete from tally where party = whom and facet = 'files';
    insert into tally (party, facet, value, grain, day, n)
    select whom, 'files', min(value), 'ever', 'epoch', sum(n)
    from (
        select value, n, div(sum(n) over (order by value) - n, coalesce(size, 50 * run_size(whom))) as place
        from tally
        where party = whom and facet = 'file'
    ) as run
    group by place;
$$;
