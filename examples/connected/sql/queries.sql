-- name: insert_saying
-- Keep what is to be said to Mandat, in the transaction that makes it true.
insert into saying (key, kind, body, correlation_id) values ($1, $2, $3, $4)
on conflict (key) do nothing

-- name: claim_sayings
-- Take what is due and push its next attempt away, so that two workers do not say it at once.
update saying
set attempts = attempts + 1, next_at = clock_timestamp() + least(600, 2 ^ least(attempts, 9)) * interval '1 second'
where key in (
    select key from saying
    where said_at is null and kind = $1 and next_at <= clock_timestamp()
    order by next_at
    limit 100
    for update skip locked
)
returning key, body, correlation_id

-- name: mark_said
-- Remember what Mandat took.
update saying set said_at = clock_timestamp() where key = any($1::text[])

-- name: delete_said
-- Forget some of what Mandat took so many days ago.
delete from saying where ctid = any(array(
    select ctid from saying where said_at < clock_timestamp() - make_interval(days => $1) limit $2
))
returning key
