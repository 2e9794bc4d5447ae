-- name: find_viewer
-- Tell which accounts a person manages, and whether his list is counted.
select
    array(select account from manager where person = $1 order by account) as accounts,
    exists (select from tracked where party = $1) as counted

-- name: is_tracked
-- Tell whether a list is counted.
select exists (select from tracked where party = $1)

-- name: sum_tally
-- Count all that a party sees, or one kind, or what one person did or what was done for one.
select coalesce(sum(n), 0) from counts($1, $2, $4) where value = $3 collate "C"

-- name: sum_period
-- Count what a party sees between two days, the second one excluded: whole months, and the days around them.
select coalesce(sum(n), 0)
from (
    select n from counts($1, $2, 'month') where value = $3 collate "C" and day >= $5 and day < $6
    union all
    select n from counts($1, $2, 'day')
    where value = $3 collate "C" and ((day >= $4 and day < $5) or (day >= $6 and day < $7))
) as period

-- name: locate_span
-- Find the month or day in which the row after $5 others lies, and how many of those come before it ({direction}: from
-- the oldest or the newest), from day $6 up to $7.
select day, before
from (
    select day, sum(n) as n, sum(sum(n)) over (order by day {direction}) - sum(n) as before
    from counts($1, $2, $4)
    where value = $3 collate "C" and day >= $6 and day < $7
    group by day
) as span
where before <= $5 and before + n > $5

-- name: list_kinds_from
-- Give the kinds that a party sees in the order given, from the one in which the row after $2 others lies, or from place $3.
select value, at, before
from (
    select value, at, n, sum(n) over (order by at {direction}) - n as before
    from (
        select value, coalesce(array_position($5::text[], value), 0) as at, sum(n)::bigint as n
        from counts($1, 'kind', 'month')
        group by value
    ) as kind
) as placed
where n > 0 and before + n > $2 and ($3::int is null or at {beyond} $3)
order by before
limit $4

-- name: list_people_from
-- Give the people in what a party sees in the order of their names ({names}), from the one in whose rows the row after
-- $2 others lies, or from name $3; and whether their own lists are counted.
select value, at, before, exists (select from tracked where party = nullif(value, '')::uuid) as tracked
from (
    select value, at, n, sum(n) over (order by at {direction}) - n as before
    from (
        select one.value, one.n, {names} as at
        from (select value, sum(n)::bigint as n from counts($1, $5, 'ever') group by value) as one
        left join person on person.id = nullif(one.value, '')::uuid
        left join company on company.id = nullif(one.value, '')::uuid
        where one.n > 0
    ) as who
) as placed
where n > 0 and before + n > $2 and ($3::text is null or at {beyond} $3)
order by before
limit $4

-- name: list_runs_from
-- Give what has no file number (null) and the runs of file numbers, from the one in which the row after $2 others lies, or
-- from number $3. To skip rows, the group of runs is found first.
with bare as (
    select coalesce(sum(n), 0)::bigint as n from counts($1, 'bare', 'month')
), more as materialized (
    select value, n from later($1, 'file', 'ever')
), far as materialized (
    select value, before
    from (
        select value, sum(n) as n, (select n from bare) + sum(sum(n)) over (order by value) - sum(n) as before
        from counts($1, 'files', 'ever')
        where $2::bigint > 0
        group by value
    ) as heap
    where before + n > $2
    order by before
    limit 1
), near as (
    select value, n
    from (
        select run.value, run.n + coalesce((select sum(more.n) from more where more.value = run.value), 0) as n
        from tally as run
        where
            run.party = $1 and run.facet = 'file'
            and run.value >= case
                when $2 > 0 then (select value from far)
                else coalesce(
                    (select max(low.value) from tally as low where low.party = $1 and low.facet = 'file' and low.value <= $3), ''
                )
            end
        order by run.value
    ) as run
    where n > 0
    limit $4::bigint + (
        select count(*) from tally as run
        where
            run.party = $1 and run.facet = 'file' and run.value >= (select value from far)
            and run.value < coalesce(
                (select min(value) from tally where party = $1 and facet = 'files' and value > (select value from far)), U&'\+10FFFF'
            )
    )
)
select
    value, coalesce(value, '') as at, before,
    (select min(next.value) from tally as next where next.party = $1 and next.facet = 'file' and next.value > placed.value)
        as below
from (
    select null as value, n, 0::numeric as before from bare
    union all
    select value, n, coalesce((select before from far), (select n from bare)) + sum(n) over (order by value) - n from near
) as placed
where n > 0 and before + n > $2 and ($3::text is null or value is not null or $3 = '')
order by before
limit $4

-- name: list_runs_down_from
-- Give the runs of file numbers from the highest down, and then what has none (null), likewise.
with more as materialized (
    select value, n from later($1, 'file', 'ever')
), heaps as materialized (
    select value, sum(n) as n, sum(sum(n)) over (order by value desc) - sum(n) as before
    from counts($1, 'files', 'ever')
    where $2::bigint > 0
    group by value
), far as materialized (
    select
        value, before,
        (select min(next.value) from tally as next where next.party = $1 and next.facet = 'files' and next.value > heaps.value)
            as below
    from heaps
    where before + n > $2
    order by before
    limit 1
), near as (
    select value, n
    from (
        select run.value, run.n + coalesce((select sum(more.n) from more where more.value = run.value), 0) as n
        from tally as run
        where
            run.party = $1 and run.facet = 'file' and ($3::text is null or run.value <= $3 collate "C")
            and ($2 = 0 or run.value < (select coalesce(below, U&'\+10FFFF') from far))
        order by run.value desc
    ) as run
    where n > 0
    limit $4::bigint + (
        select count(*) from tally as run, far
        where
            run.party = $1 and run.facet = 'file' and run.value >= far.value
            and (far.below is null or run.value < far.below)
    )
)
select
    value, coalesce(value, '') as at, before,
    (select min(next.value) from tally as next where next.party = $1 and next.facet = 'file' and next.value > placed.value)
        as below
from (
    select value, n, coalesce((select before from far), 0) + sum(n) over (order by value desc) - n as before from near
    union all
    select
        null, coalesce(sum(n), 0),
        case when $2 = 0 then (select coalesce(sum(n), 0) from near) else (select coalesce(sum(n), 0) from heaps) end
    from counts($1, 'bare', 'month')
) as placed
where n > 0 and before + n > $2
order by before
limit $4

-- name: sum_runs
-- Count the runs that begin in a range of file numbers: the first, the last and its rows, and the rows of all.
select
    first, last, last_n,
    n + (
        select count(*) from uncounted($1) as late
        where late.file_number collate "C" >= first and late.file_number collate "C" < last
    ) as n
from (
    select min(value) as first, max(value) as last, (array_agg(n order by value desc))[1] as last_n, sum(n)::bigint as n
    from tally
    where party = $1 and facet = 'file' and value >= $2 and value < $3
) as runs

-- name: list_choices
-- Give those who did, those for whom, and the kinds that occur in what a party sees.
select found.facet, found.id, found.kind, coalesce(person.name, company.name) as name, coalesce(person.sort, company.sort) as sort
from (
    select
        case facet when 'by' then 'performed_by' when 'for' then 'performed_for' else facet end as facet,
        case when facet <> 'kind' then value::uuid end as id,
        case when facet = 'kind' then value end as kind
    from (
        select facet, value, n from counts($1, 'by', 'ever')
        union all
        select facet, value, n from counts($1, 'for', 'ever')
        union all
        select facet, value, n from counts($1, 'kind', 'month')
    ) as tally
    where value <> '' and n > 0
    group by facet, value
) as found
left join person on person.id = found.id
left join company on company.id = found.id

-- name: list_spans
-- Give the counts of months or days, from one day up to another.
select day, sum(n)::bigint as n from counts($1, $2, $4)
where value = $3 collate "C" and day >= $5 and day < $6
group by day
order by day
