-- name: upsert_person
-- Keep the newest name of a person, and how it is sorted.
insert into person (id, name, sort, version) values ($1, $2, $3, $4)
on conflict (id) do update set name = excluded.name, sort = excluded.sort, version = excluded.version
where excluded.version > person.version

-- name: find_names
-- Give the names of some people.
select id, name from person where id = any($1::uuid[])

-- name: lock_register
-- Let one transaction at a time add to the register, so that the order of arrival is the order of commits.
select pg_advisory_xact_lock(hashtextextended('mandat:register', 0))

-- name: insert_activities
-- Record activities; those already recorded, by id or by application and key, are passed over.
with given as (
    select *
    from unnest(
        $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::uuid[], $9::text[],
        $10::uuid[], $11::timestamptz[], $12::boolean[], $13::text[]
    ) with ordinality as one (
        id, application, key, kind, file_number, performed_by, performed_by_name, performed_for, performed_for_name,
        account, occurred_at, personal, correlation_id, place
    )
), fresh as (
    insert into entry (id, application, key, kind, file_number, performed_by, performed_for, account, occurred_at, personal)
    select id, application, key, kind, file_number, performed_by, performed_for, account, occurred_at, personal
    from given
    order by place
    on conflict do nothing
    returning seq, id
)
insert into activity (
    seq, id, application, key, kind, file_number, performed_by, performed_by_name, performed_for, performed_for_name,
    account, occurred_at, personal, correlation_id
)
select
    fresh.seq, id, application, key, kind, file_number, performed_by, performed_by_name, performed_for,
    performed_for_name, account, occurred_at, personal, correlation_id
from given
inner join fresh using (id)
order by fresh.seq
returning id

-- name: create_month
-- Make the partition of the month that lies some months ahead; false when it is there.
select create_activity_month((now() at time zone 'America/Toronto' + make_interval(months => $1))::date)
