-- name: upsert_person
-- Keep the newest state of a person.
insert into person (
    id, username, first_name, last_name, email, verified, version, language, operator, gone, sort_key
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (id) do update set
    username = excluded.username,
    first_name = excluded.first_name,
    last_name = excluded.last_name,
    email = excluded.email,
    verified = excluded.verified,
    version = excluded.version,
    language = excluded.language,
    operator = excluded.operator,
    gone = person.gone or excluded.gone,
    sort_key = excluded.sort_key
where excluded.version > person.version

-- name: find_verified
-- Give the id of a person who is known as verified.
select id from person where id = $1 and verified

-- name: lock_person
-- Hold a person, so that he does one thing at a time and is not removed meanwhile; tell whether he was.
select gone from person where id = $1 for update

-- name: lock_roster
-- Let one import run at a time; held until the connection closes.
select pg_try_advisory_lock(7301)

-- name: forget_seen
-- Begin to look for doubles in another file.
truncate import_seen

-- name: insert_seen
-- Note matricules of the file that is imported; gives those that it names for the first time.
insert into import_seen (matricule) select unnest($1::text[]) on conflict do nothing returning matricule

-- name: find_done
-- Give the id of an import that ran to its end.
select id from import where id = $1 and state = 'done'

-- name: begin_import
-- Begin an import, or begin again one that did not end.
insert into import (id, started_by, state) values ($1, $2, 'running')
on conflict (id) do update set
    state = 'running', started_by = excluded.started_by, started_at = clock_timestamp(), finished_at = null,
    rows = 0, created = 0, changed = 0, unchanged = 0, bad = 0
where import.state <> 'done'
returning id

-- name: end_others
-- Say of imports whose process died that they failed: one runs at a time, and it is this one.
update import set state = 'failed', finished_at = clock_timestamp() where state = 'running' and id <> $1

-- name: delete_faults
-- Forget the faults of an import that begins again.
delete from import_fault where import_id = $1

-- name: count_import
-- Count what a batch of an import did.
update import set
    rows = rows + $2, created = created + $3, changed = changed + $4, unchanged = unchanged + $5, bad = bad + $6
where id = $1

-- name: end_import
-- Say how an import ended.
update import set state = $2, finished_at = clock_timestamp() where id = $1

-- name: insert_faults
-- Record rows that did not land.
insert into import_fault (import_id, line, column_name, code)
select $1, * from unnest($2::integer[], $3::text[], $4::text[])
on conflict do nothing

-- name: find_import
-- Give one import.
select id, state, rows, created, changed, unchanged, bad, started_at, finished_at from import where id = $1

-- name: list_imports
-- Give the newest imports.
select id, state, rows, created, changed, unchanged, bad, started_at, finished_at
from import order by started_at desc limit 50

-- name: list_faults
-- Give faults of an import after a line.
select line, column_name, code from import_fault where import_id = $1 and line > $2 order by line limit $3

-- name: lock_licences_by_matricule
-- Hold licences by their matricules, always in the same order.
select * from licence where matricule = any($1::text[]) order by matricule for update

-- name: insert_licences
-- Insert new licences.
insert into licence (id, matricule, first_name, last_name, email, office, language, pin_digest, pin_sealed)
select * from unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::bytea[]
)
returning *

-- name: update_licences
-- Correct what the roster says of licences.
update licence set
    first_name = said.first_name, last_name = said.last_name, email = said.email, office = said.office,
    language = said.language, version = version + 1
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    as said (id, first_name, last_name, email, office, language)
where licence.id = said.id
returning licence.*

-- name: lock_licence
-- Hold one licence.
select * from licence where id = $1 for update

-- name: lock_licence_by_pin
-- Hold the unclaimed licence of a PIN, by any of the digests that the accepted keys give.
select * from licence where pin_digest = any($1::bytea[]) and holder is null and not suspended for update

-- name: find_licence_of
-- Give the licence a person holds.
select * from licence where holder = $1

-- name: grant_licence
-- Give a licence to its holder; its PIN is dead from now on.
update licence set
    holder = $2, claimed_at = clock_timestamp(), claimed_with = pin_digest, pin_digest = null, pin_sealed = null,
    version = version + 1
where id = $1
returning *

-- name: release_licence
-- Take the licence from a holder who is no more: it waits for another PIN.
update licence set holder = null, claimed_at = null, claimed_with = null, version = version + 1
where holder = $1
returning *

-- name: update_suspended
-- Suspend or reinstate a licence.
update licence set suspended = $2, version = version + 1 where id = $1 returning *

-- name: update_pin
-- Give a licence another PIN; the former one is dead from now on.
update licence set pin_digest = $2, pin_sealed = $3, version = version + 1 where id = $1 returning *

-- name: list_licences
-- Give licences in the order of their matricules, as numbers are ordered, by status if wanted.
select * from licence
where
    (length(matricule), matricule) > (length($1), $1)
    and ($2::text is null or matricule = $2)
    and ($3::text is null or case when suspended then 'suspended' when holder is null then 'unclaimed' else 'active' end = $3)
order by length(matricule), matricule
limit $4
