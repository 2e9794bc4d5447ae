-- name: upsert_person
-- Keep the newest name of a person, and how it is sorted.
insert into person (id, name, sort, version) values ($1, $2, $3, $4)
on conflict (id) do update set name = excluded.name, sort = excluded.sort, version = excluded.version
where excluded.version > person.version

-- name: find_names
-- Give the names of some people and business accounts.
select id, name, version, false as company from person where id = any($1::uuid[])
union all
select id, name, version, true from company where id = any($1::uuid[])

-- name: record_together
-- Record activities; those already recorded, by id or by application and key, are passed over.
select record_together($1)

-- name: create_month
-- Make the partition of the month that lies some months ahead; false when it is there.
select create_activity_month((now() at time zone 'America/Toronto' + make_interval(months => $1))::date)

-- name: list_long
-- Find whose lists have grown long and are not counted yet.
select value::uuid as party
from (
    select value, sum(n) as rows from tally
    where
        party = '00000000-0000-0000-0000-000000000000' and facet in ('by', 'for', 'account') and grain = 'ever'
        and value <> ''
    group by value
) as size
where rows > $1 and not exists (select from tracked where party = size.value::uuid)
order by rows desc

-- name: track
-- Count a party's lists anew, and keep counting.
select track($1)

-- name: list_grown_runs
-- Find the runs of file numbers that have so many times the rows of a new one, each with the next one.
select tally.party, tally.value as low, above.value as below
from tally
left join lateral (
    select value from tally as next
    where next.party = tally.party and next.facet = 'file' and next.value > tally.value
    order by value
    limit 1
) as above on true
where tally.facet = 'file' and tally.n > $1 * run_size(tally.party)
order by tally.party, tally.value

-- name: count_arrived
-- Count some of what has arrived since the tallies were made; gives how far that went, 0 at the end.
select count_arrived()

-- name: list_grown_groups
-- Find those of whose groups of runs one has so many times the rows of a new one.
select distinct party from tally where facet = 'files' and n > $1 * 50 * run_size(party) order by party

-- name: group_runs
-- Join the runs of a party into groups anew.
select group_runs($1)

-- name: cut_run
-- Cut a run that has grown into smaller ones.
select cut_runs($1, $2, $3)

-- name: upsert_company
-- Keep the newest name of a business account; tell whether this is news.
insert into company (id, name, sort, version) values ($1, $2, $3, $4)
on conflict (id) do update set name = excluded.name, sort = excluded.sort, version = excluded.version
where excluded.version > company.version
returning true

-- name: replace_managers
-- Keep who manages a business account now.
with gone as (
    delete from manager where account = $1 and person <> all($2::uuid[])
)
insert into manager (account, person) select $1, person from unnest($2::uuid[]) as person on conflict do nothing

-- name: insert_reason
-- Keep the reason of a look.
insert into reason (activity, person, reason) values ($1, $2, $3) on conflict do nothing

-- name: delete_reasons
-- Forget the reasons of looks at a person's screens.
delete from reason where person = $1

-- name: list_reasons
-- Give the reasons of some looks.
select activity, reason from reason where activity = any($1::uuid[])
