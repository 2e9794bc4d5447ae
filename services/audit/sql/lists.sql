-- name: by_viewer
-- What a person did ({more}: the filters, from a closed table in store_lists.py, as everywhere in this file).
select seq, occurred_at, kind, file_number, performed_by, performed_for
from entry
where performed_by = $1 and personal{more}

-- name: for_viewer
-- What others did for a person.
select seq, occurred_at, kind, file_number, performed_by, performed_for
from entry
where performed_for = $1 and performed_by is distinct from performed_for and personal{more}

-- name: for_account
-- What others did for one of the accounts that a person manages, but for what he sees as his own already.
select seq, occurred_at, kind, file_number, performed_by, performed_for
from entry
where
    account = {account} and personal
    and performed_by is distinct from $1 and performed_for is distinct from $1{more}

-- name: everything
-- The whole register, for operators.
select seq, occurred_at, kind, file_number, performed_by, performed_for
from entry
where true{more}

-- name: list_page
-- Give a page of what is seen, in order of one column; where its values are equal, the newest first.
with seen as (
    {seen}
), page as (
    select seen.seq, {column} as sorted_by
    from seen{names}
    where true{place}
    order by {order}
    limit {limit} offset {skip}
)
select
    seq, id, entry.kind, file_number, performed_by, performed_for, account, entry.occurred_at, sorted_by
from page
inner join entry using (seq)
order by {outer}

-- name: list_named
-- Give the names that stand in some activities; of their months alone, so that no other partition is looked at.
select seq, performed_by_name, performed_for_name
from activity
where seq = any($1::bigint[]) and occurred_at = any($2::timestamptz[])

-- name: count_seen
-- Count what is seen.
select count(*) from (
    {seen}
) as seen

-- name: list_choices
-- Give those who did, those for whom, and the kinds that occur in what is seen.
with seen as (
    {seen}
), found as (
    select 'performed_by' as facet, performed_by as id, null as kind from seen group by performed_by
    union all
    select 'performed_for', performed_for, null from seen group by performed_for
    union all
    select 'kind', null, kind from seen group by kind
)
select facet, found.id, kind, coalesce(person.name, company.name) as name, coalesce(person.sort, company.sort) as sort
from found
left join person on person.id = found.id
left join company on company.id = found.id
where kind is not null or found.id is not null

-- name: count_days
-- Count what is seen by day in Québec.
select (occurred_at at time zone 'America/Toronto')::date as day, count(*) as n
from (
    {seen}
) as seen
group by day
order by day
