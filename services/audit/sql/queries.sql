-- name: upsert_person
-- Keep the newest name of a person.
insert into person (id, name, version) values ($1, $2, $3)
on conflict (id) do update set name = excluded.name, version = excluded.version
where excluded.version > person.version

-- name: find_names
-- Give the names of some people.
select id, name from person where id = any($1::uuid[])

-- name: insert_activities
-- Record activities; those already recorded, by id or by application and key, are passed over.
insert into activity (
    id, application, key, kind, file_number, performed_by, performed_by_name, performed_by_sort,
    performed_for, performed_for_name, performed_for_sort, occurred_at, personal, correlation_id
)
select *
from unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[],
    $9::uuid[], $10::text[], $11::text[], $12::timestamptz[], $13::boolean[], $14::text[]
)
on conflict do nothing
returning id

-- name: list_activities
-- Give a page of what a person may see, or of everything when nobody is named; {column}, {comparison} and
-- {direction} come from a closed table in store.py.
select
    id, kind, file_number, performed_by, performed_by_name, performed_for, performed_for_name, occurred_at,
    {column} as sorted_by
from activity
where
    ($1::uuid is null or (personal and (performed_by = $1 or performed_for = $1)))
    and ($2::timestamptz is null or occurred_at >= $2)
    and ($3::timestamptz is null or occurred_at < $3)
    and ($4::text is null or starts_with(file_number, $4))
    and ($5::text is null or kind = $5)
    and ($6::uuid is null or performed_by = $6)
    and ($7::uuid is null or performed_for = $7)
    and ($8::text[] is null or kind = any($8))
    and ($9::text is null or ({column}, id) {comparison} ($9::text::{type}, $10::uuid))
order by {column} {direction}, id {direction}
limit $11 offset $12

-- name: count_activities
-- Count what a person may see, or everything when nobody is named.
select count(*)
from activity
where
    ($1::uuid is null or (personal and (performed_by = $1 or performed_for = $1)))
    and ($2::timestamptz is null or occurred_at >= $2)
    and ($3::timestamptz is null or occurred_at < $3)
    and ($4::text is null or starts_with(file_number, $4))
    and ($5::text is null or kind = $5)
    and ($6::uuid is null or performed_by = $6)
    and ($7::uuid is null or performed_for = $7)

-- name: list_performers
-- Give those whose acts a person sees, each by the newest name.
select distinct on (performed_by) performed_by as id, performed_by_name as name
from activity
where personal and (performed_by = $1 or performed_for = $1) and performed_by is not null
order by performed_by, occurred_at desc

-- name: list_beneficiaries
-- Give those for whom the acts that a person sees were done, each by the newest name.
select distinct on (performed_for) performed_for as id, performed_for_name as name
from activity
where personal and (performed_by = $1 or performed_for = $1) and performed_for is not null
order by performed_for, occurred_at desc

-- name: list_seen_kinds
-- Give the kinds that occur in what a person sees.
select distinct kind
from activity
where personal and (performed_by = $1 or performed_for = $1)
