-- name: insert_export
-- Note that somebody asks for a file.
insert into export (id, owner, owner_name, everything, format, language, query, state, total)
values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, 'queued', $8)
returning *

-- name: lock_owner
-- Let one request of a person at a time be counted.
select pg_advisory_xact_lock(hashtextextended('mandat:export:' || $1::text, 0))

-- name: count_open
-- Count the files that a person waits for.
select count(*) from export where owner = $1 and state in ('queued', 'running')

-- name: list_exports
-- Give the files that a person asked for, the newest first.
select * from export where owner = $1 and (expires_at is null or expires_at > clock_timestamp()) order by asked_at desc limit 50

-- name: find_export
-- Give a file that a person asked for; one of the whole register only to who may read all of it now.
select * from export
where id = $1 and owner = $2 and (not everything or $3) and (expires_at is null or expires_at > clock_timestamp())

-- name: cancel_export
-- Give up a file; whoever writes it stops within a second or so.
update export
set state = 'cancelled', finished_at = clock_timestamp(), expires_at = clock_timestamp() + interval '1 day'
where id = $1 and owner = $2 and state in ('queued', 'running', 'ready')
returning id

-- name: delete_parts
-- Take away the parts of a file.
delete from export_part where export = $1

-- name: claim_export
-- Begin the file that has waited longest, or one whose process has died, unless that has happened three times.
update export
set state = 'running', attempts = attempts + 1, done = 0, lease_until = clock_timestamp() + $1::interval
where id = (
    select id from export
    where (state = 'queued' or (state = 'running' and lease_until < clock_timestamp())) and attempts < tries_end
    order by asked_at
    limit 1
    for update skip locked
)
returning *

-- name: keep_export
-- Say how far a file is, and that it is still written; nothing comes back once it is no more to be written here.
update export
set done = $3, lease_until = clock_timestamp() + $4::interval
where id = $1 and attempts = $2 and state = 'running'
returning id

-- name: insert_part
-- Keep a part of a file; nothing comes back once it is no more to be written by this attempt. Who begins the next one
-- waits for this statement, and then takes its part away.
insert into export_part (export, number, content)
select id, $3, $4 from export where id = $1 and attempts = $2 and state = 'running' for share
returning export

-- name: finish_export
-- A file is ready, and kept for a while; nothing comes back once it was given up.
update export
set
    state = 'ready', done = total, size = $3, finished_at = clock_timestamp(), lease_until = null,
    expires_at = clock_timestamp() + $4::interval
where id = $1 and attempts = $2 and state = 'running'
returning *

-- name: announce_export
-- Say once that a file is ready, however often it is written; nothing comes back when that was said.
update export set announced = true where id = $1 and not announced returning id

-- name: fail_export
-- A file could not be written: once more, or never.
update export
set
    state = case when attempts < tries_end then 'queued' else 'failed' end, lease_until = null,
    finished_at = case when attempts < tries_end then null else clock_timestamp() end,
    expires_at = case when attempts < tries_end then null else clock_timestamp() + interval '7 days' end
where id = $1 and attempts = $2 and state = 'running'

-- name: give_up_exports
-- Those whose process died three times have failed.
update export
set state = 'failed', finished_at = clock_timestamp(), expires_at = clock_timestamp() + interval '7 days'
where state = 'running' and attempts >= tries_end and lease_until < clock_timestamp()

-- name: find_part
-- Give a part of a file.
select content from export_part where export = $1 and number = $2

-- name: delete_expired
-- Forget files that were kept long enough.
delete from export where expires_at < clock_timestamp()

-- name: delete_exports_of
-- Take away the files of a person who is to be forgotten.
delete from export where owner = $1

-- name: requeue_exports_naming
-- Have files written again that may name a person who is to be forgotten: of who acted for him or he for them, of
-- managers of business accounts, and of operators.
with again as (
    update export
    set
        state = 'queued', done = 0, size = null, lease_until = null, finished_at = null, expires_at = null,
        tries_end = attempts + 3
    where
        state in ('running', 'ready')
        and (
            everything
            or exists (
                select from entry
                where
                    (performed_by = $1 and performed_for = export.owner)
                    or (performed_for = $1 and performed_by = export.owner)
            )
            or exists (select from manager where person = export.owner)
        )
    returning id
)
delete from export_part using again where export_part.export = again.id
