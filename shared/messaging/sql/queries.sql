-- name: insert_outbox
-- Say an event with the database's time.
insert into outbox (event_id, part, subject, sequence, type, envelope)
values (
    $1, $2, $3, $4, $5,
    $6::text::jsonb || jsonb_build_object(
        'time', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )
);

-- name: insert_outbox_many
-- Say many events with the database's time.
insert into outbox (event_id, part, subject, sequence, type, envelope)
select
    event_id, part, subject, sequence, type,
    envelope::jsonb || jsonb_build_object(
        'time', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    )
from unnest($1::uuid[], $2::smallint[], $3::text[], $4::bigint[], $5::text[], $6::text[])
    with ordinality as one (event_id, part, subject, sequence, type, envelope, place)
order by place;

-- name: limit_session
-- Have the server end this session when it stays idle for an interval, so that a relay that hangs loses its locks.
select set_config('idle_session_timeout', $1, false);

-- name: announce_relay
-- Let the other relays count this one as long as its connection lives: a lock that all may hold.
select pg_advisory_lock_shared($1, $2);

-- name: count_relays
-- Count the relays of this database.
select count(*) from pg_locks
where
    locktype = 'advisory' and classid = $1 and objid = $2 and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database());

-- name: take_partitions
-- Take the advisory locks of those partitions that no other relay holds, at most so many.
select part from unnest($1::smallint[]) as part where pg_try_advisory_lock($2, part::int) limit $3;

-- name: release_partitions
-- Leave partitions to other relays.
select pg_advisory_unlock($2, part::int) from unnest($1::smallint[]) as part;

-- name: list_unsent
-- Find the oldest events not yet sent in some partitions, but for aggregates that wait after a failure.
select id, subject, envelope::text as body
from outbox
where sent_at is null and part = any($1::smallint[]) and subject <> all($2::text[])
order by id
limit $3;

-- name: mark_sent
-- Note that the bus holds these events for good.
update outbox set sent_at = clock_timestamp() where id = any($1::bigint[]);

-- name: count_backlog
-- Tell how many events wait to be sent and for how long, and how many failed to be taken.
select
    (select count(*) from (select from outbox where sent_at is null limit 10001) as waiting) as unsent,
    (
        select extract(epoch from clock_timestamp() - (envelope ->> 'time')::timestamptz)::float8
        from outbox where sent_at is null order by id limit 1
    ) as oldest_seconds,
    (select count(*) from retry where state = 'waiting') as retrying,
    (select count(*) from retry where state = 'parked') as parked;

-- name: delete_sent
-- Forget up to a number of events sent longer ago than an interval.
delete from outbox where id = any(array(select id from outbox where sent_at < clock_timestamp() - $1::interval limit $2));

-- name: delete_inbox
-- Forget up to a number of events taken longer ago than an interval.
delete from inbox where ctid = any(array(select ctid from inbox where taken_at < clock_timestamp() - $1::interval limit $2));

-- name: delete_crash_guard
-- Forget starts longer ago than an interval.
delete from crash_guard where started_at < clock_timestamp() - $1::interval;

-- name: insert_inbox
-- Take events for a consumer and tell which of them are new; sorted, so that two replicas cannot deadlock.
insert into inbox (consumer, event_id)
select $1, event_id from unnest($2::uuid[]) as event_id order by event_id
on conflict do nothing
returning event_id;

-- name: list_taken
-- Tell which of these events a consumer has taken before.
select event_id from inbox where consumer = $1 and event_id = any($2::uuid[]);

-- name: insert_retry
-- Keep an event whose effect failed, and end its start; a second failure of a duplicate changes nothing.
with ended as (delete from crash_guard where consumer = $1 and event_id = $2)
insert into retry (consumer, event_id, type, correlation_id, body, state, attempts, next_at, error, fingerprint)
values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8::interval, $9, $10)
on conflict (consumer, event_id) do nothing;

-- name: claim_due
-- Begin the next attempt of due events, noted before it runs: a crash counts as a failed attempt, tried again after $2.
update retry
set attempts = attempts + 1, next_at = clock_timestamp() + $2::interval
where id = any(array(
    select id from retry
    where consumer = $1 and state = 'waiting' and next_at <= clock_timestamp()
    order by next_at, id
    limit $3
    for update skip locked
))
returning id, event_id, body, attempts;

-- name: update_retry
-- Note why an attempt failed, and when the next one is due, or park the event when it was the last.
update retry
set state = $2, next_at = clock_timestamp() + $3::interval, error = $4, fingerprint = $5, last_failed_at = clock_timestamp()
where id = $1;

-- name: delete_retry
-- Forget a failed event once its effect is committed.
delete from retry where id = $1;

-- name: begin_start
-- Note that a redelivered event is about to run, and tell how often that was noted; `$3` is 0 when the last run ended.
insert into crash_guard (consumer, event_id) values ($1, $2)
on conflict (consumer, event_id) do update
set starts = crash_guard.starts + $3, started_at = clock_timestamp()
returning starts;

-- name: end_start
-- Forget the starts of an event that ran to its end.
delete from crash_guard where consumer = $1 and event_id = $2;

-- name: list_parked
-- Show parked events by cause, the most frequent first.
select
    fingerprint, consumer, count(*) as count,
    min(first_failed_at) as first_failed_at, max(last_failed_at) as last_failed_at,
    array_agg(distinct coalesce(type, '?')) as types, max(error) as error, (array_agg(event_id order by id))[1:5] as event_ids
from retry
where state = 'parked'
group by fingerprint, consumer
order by count(*) desc, fingerprint;

-- name: replay_parked
-- Let parked events of a cause, or one event, run again at once, in the order they came in.
update retry
set state = 'waiting', attempts = 0, next_at = clock_timestamp()
where state = 'parked' and (fingerprint = $1 or event_id = $2)
returning id;

-- name: discard_parked
-- Settle parked events of a cause, or one event, without their effect; a late copy will not run either.
with gone as (
    delete from retry where state = 'parked' and (fingerprint = $1 or event_id = $2)
    returning consumer, event_id
), settled as (
    insert into inbox (consumer, event_id) select consumer, event_id from gone on conflict do nothing
)
select count(*) from gone;

-- name: probe
-- Ask whether the database answers.
select 1;

-- name: insert_forgotten
-- Note that a person was removed.
insert into forgotten (person) values ($1) on conflict do nothing;

-- name: list_forgotten
-- Give the people who were removed lately.
select person from forgotten;

-- name: delete_forgotten
-- Let go of people who were removed longer ago than an interval.
delete from forgotten where since < clock_timestamp() - $1::interval;

-- name: list_sent_about
-- Give sent events that name a person; those not sent yet have their work before them.
select id, envelope from outbox where sent_at is not null and strpos(envelope::text, $1) > 0;

-- name: update_sent
-- Put another text in the place of a sent event.
update outbox set envelope = $2 where id = $1;

-- name: list_failed_about
-- Give events that could not be taken in and name a person.
select id, body from retry where position(convert_to($1, 'UTF8') in body) > 0 for update skip locked;

-- name: update_failed
-- Put another text in the place of an event that could not be taken in.
update retry set body = $2, error = '' where id = $1;

-- name: delete_answers_about
-- Forget kept answers that name a person.
delete from idempotency where position(convert_to($1, 'UTF8') in answer) > 0;
