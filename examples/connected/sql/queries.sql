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
update saying set said_at = clock_timestamp(), refused = null where key = any($1::text[])

-- name: mark_refused
-- Note what Mandat answered instead of taking it, and tell what is given up: what it never takes, or refused too often.
-- What it fails at is never given up: it is not refused.
with noted as (
    update saying set
        refused = answer.outcome,
        refusals = refusals + answer.counts,
        said_at = case
            when answer.outcome = any($3::text[]) or refusals + answer.counts >= $4 then clock_timestamp()
        end
    from (
        select key, outcome, (outcome <> 'failed')::integer as counts
        from unnest($1::text[], $2::text[]) as said (key, outcome)
    ) as answer
    where saying.key = answer.key
    returning saying.key, saying.kind, saying.refused, saying.said_at
)
select key, kind, refused from noted where said_at is not null

-- name: delete_said
-- Forget some of what Mandat took, or was given up, so many days ago.
delete from saying where ctid = any(array(
    select ctid from saying where said_at < clock_timestamp() - make_interval(days => $1) limit $2
))
returning key
