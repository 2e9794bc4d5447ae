-- name: find_viewer
-- Tell which accounts a person manages, and whether his list is counted.
select
    array(select account from manager where person = $1 order by account) as accounts,
    exists (select from tracked where party = $1) as counted

-- name: sum_tally
-- Count all that a party sees, or one kind, or what one person did or what was done for one.
select coalesce(sum(n), 0) from tally where party = $1 and facet = $2 and value = $3 and grain = $4

-- name: sum_period
-- Count what a party sees between two days, the second one excluded: whole months, and the days around them.
select coalesce(sum(n), 0)
from tally
where
    party = $1 and facet = $2 and value = $3
    and (
        (grain = 'month' and day >= $5 and day < $6)
        or (grain = 'day' and ((day >= $4 and day < $5) or (day >= $6 and day < $7)))
    )

-- name: locate_span
-- Find the month or day in which the row after $5 others lies, and how many of those come before it ({direction}: from
-- the oldest or the newest), from day $6 up to $7.
select day, before
from (
    select day, n, sum(n) over (order by day {direction}) - n as before
    from tally
    where party = $1 and facet = $2 and value = $3 and grain = $4 and day >= $6 and day < $7
) as span
where before <= $5 and before + n > $5

-- name: list_kinds_from
-- Give the kinds that a party sees in the order given, from the one in which the row after $2 others lies, or from place $3.
select value, at, before
from (
    select value, at, n, sum(n) over (order by at {direction}) - n as before
    from (
        select value, coalesce(array_position($5::text[], value), 0) as at, sum(n)::bigint as n
        from tally
        where party = $1 and facet = 'kind' and grain = 'month'
        group by value
    ) as kind
) as placed
where n > 0 and before + n > $2 and ($3::int is null or at {beyond} $3)
order by before
limit $4

-- name: list_people_from
-- Give the people in what a party sees in the order of their names ({names}), from the one in whose rows the row after
-- $2 others lies, or from name $3.
select value, at, before
from (
    select value, at, n, sum(n) over (order by at {direction}) - n as before
    from (
        select tally.value, tally.n, {names} as at
        from tally
        left join person on person.id = nullif(tally.value, '')::uuid
        left join company on company.id = nullif(tally.value, '')::uuid
        where tally.party = $1 and tally.facet = $5 and tally.grain = 'ever' and tally.n > 0
    ) as who
) as placed
where n > 0 and before + n > $2 and ($3::text is null or at {beyond} $3)
order by before
limit $4

-- name: list_runs_from
-- Give what has no file number (null) and the runs of file numbers, from the one in which the row after $2 others lies, or
-- from number $3. Only to skip rows must all runs be counted.
select
    value, coalesce(value, '') as at, before,
    (select min(next.value) from tally as next where next.party = $1 and next.facet = 'file' and next.value > placed.value)
        as below
from (
    select value, n, sum(n) over (order by value collate "C" nulls first) - n as before
    from (
        select null as value, coalesce(sum(n), 0)::bigint as n from tally
        where party = $1 and facet = 'bare' and grain = 'month'
        union all
        (
            select value, n from tally
            where
                party = $1 and facet = 'file' and n > 0
                and value >= coalesce(
                    (select max(low.value) from tally as low where low.party = $1 and low.facet = 'file' and low.value <= $3),
                    ''
                )
            order by value
            limit case when $2 = 0 then $4::bigint end
        )
    ) as run
) as placed
where n > 0 and before + n > $2 and ($3::text is null or value is not null or $3 = '')
order by before
limit $4

-- name: list_runs_down_from
-- Give the runs of file numbers from the highest down, and then what has none (null), likewise.
select
    value, coalesce(value, '') as at, before,
    (select min(next.value) from tally as next where next.party = $1 and next.facet = 'file' and next.value > placed.value)
        as below
from (
    select value, n, sum(n) over (order by value collate "C" desc nulls last) - n as before
    from (
        select null as value, coalesce(sum(n), 0)::bigint as n from tally
        where party = $1 and facet = 'bare' and grain = 'month'
        union all
        (
            select value, n from tally
            where party = $1 and facet = 'file' and n > 0 and ($3::text is null or value <= $3 collate "C")
            order by value desc
            limit case when $2 = 0 then $4::bigint end
        )
    ) as run
) as placed
where n > 0 and before + n > $2
order by before
limit $4

-- name: sum_runs
-- Count the runs that begin in a range of file numbers: the first, the last and its rows, and the rows of all.
select min(value) as first, max(value) as last, (array_agg(n order by value desc))[1] as last_n, sum(n)::bigint as n
from tally
where party = $1 and facet = 'file' and value >= $2 and value < $3

-- name: list_choices
-- Give those who did, those for whom, and the kinds that occur in what a party sees.
select found.facet, found.id, found.kind, coalesce(person.name, company.name) as name, coalesce(person.sort, company.sort) as sort
from (
    select
        case facet when 'by' then 'performed_by' when 'for' then 'performed_for' else facet end as facet,
        case when facet <> 'kind' then value::uuid end as id,
        case when facet = 'kind' then value end as kind
    from tally
    where
        party = $1 and value <> '' and n > 0
        and ((facet in ('by', 'for') and grain = 'ever') or (facet = 'kind' and grain = 'month'))
    group by facet, value
) as found
left join person on person.id = found.id
left join company on company.id = found.id

-- name: list_spans
-- Give the counts of months or days, from one day up to another.
select day, n from tally
where party = $1 and facet = $2 and value = $3 and grain = $4 and day >= $5 and day < $6
order by day
