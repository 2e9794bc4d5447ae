-- name: claim_key
-- Claim a key for a request; nothing when it is taken. Waits for a transaction that is about to take it.
insert into idempotency (caller, route, key, request) values ($1, $2, $3, $4)
on conflict do nothing
returning true

-- name: find_kept
-- Give the answer kept under a key, and the request it answered.
select request, status, answer from idempotency where caller = $1 and route = $2 and key = $3

-- name: keep_answer
-- Keep the answer under the key claimed before.
update idempotency set status = $4, answer = $5 where caller = $1 and route = $2 and key = $3

-- name: forget_answers
-- Forget answers after a day.
delete from idempotency where created_at < clock_timestamp() - interval '24 hours'

-- name: spend
-- Spend one of a limit: $2 seconds bring one back, $3 seconds all. Gives the seconds to wait when nothing is left.
with spent as (
    insert into throttle as t (key, full_at)
    values ($1, clock_timestamp() + make_interval(secs => $2))
    on conflict (key) do update
    set full_at = greatest(t.full_at, clock_timestamp()) + make_interval(secs => $2)
    where greatest(t.full_at, clock_timestamp()) + make_interval(secs => $2)
        <= clock_timestamp() + make_interval(secs => $3 + 0.001)
    returning true
)
select
    case
        when exists (select from spent) then 0::float8
        else greatest(0.001, coalesce(
            -- This row may be as it was before others spent: a refusal stays one, only its wait is a guess then.
            (select extract(epoch from full_at - clock_timestamp()) + $2 - $3 from throttle where key = $1), 0.0
        ))::float8
    end

-- name: peek
-- Give the seconds to wait when nothing of a limit is left.
select greatest(0, extract(epoch from full_at - clock_timestamp()) + $2 - $3)::float8 from throttle where key = $1

-- name: forgive
-- Give a limit back in full.
delete from throttle where key = $1

-- name: clean_throttles
-- Remove limits that are full again.
delete from throttle where full_at < clock_timestamp()
