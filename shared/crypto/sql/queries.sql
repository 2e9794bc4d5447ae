-- name: lock_keys
-- Let one replica at a time change the signing keys, until the transaction ends.
select pg_advisory_xact_lock(hashtext('mandat signing keys'))

-- name: find_signing_key
-- Give the newest key that may sign by now.
select id, private_key from signing_key where signs_from <= now() order by signs_from desc, id limit 1

-- name: list_published_keys
-- Give the public halves of the keys that may have signed a living token or will sign next.
select public_key from signing_key where ends_at is null or ends_at > now() order by signs_from, id

-- name: insert_key
-- Add a key that signs after a delay.
insert into signing_key (id, public_key, private_key, signs_from) values ($1, $2, $3, now() + $4::interval)

-- name: end_keys
-- Say when the keys that have no end yet are no longer published.
update signing_key set ends_at = now() + $1::interval where ends_at is null

-- name: delete_ended_keys
-- Forget the keys that nobody needs any more.
delete from signing_key where ends_at < now()

-- name: is_rotation_due
-- Tell whether the newest key was made longer ago than this.
select coalesce(max(created_at) < now() - $1::interval, true) from signing_key
