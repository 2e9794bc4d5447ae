-- name: insert_session
-- Begin a web session.
insert into web_session (digest, person, facts, tokens, access_until, ends_at)
values ($1, $2, $3, $4, clock_timestamp() + $5, clock_timestamp() + $6)

-- name: find_session
-- Give a living session, used within the time it may be idle; `fresh` while its access token has half a minute left,
-- `look` while one runs.
select digest, person, facts, tokens, generation,
    case when (look ->> 'ends_at')::timestamptz > clock_timestamp() then look end as look,
    access_until > clock_timestamp() + interval '30 seconds' as fresh,
    used_at < clock_timestamp() - interval '1 minute' as to_touch
from web_session
where digest = $1 and ends_at > clock_timestamp() and used_at > clock_timestamp() - $2::interval

-- name: set_look
-- Keep the look that a session begins, or that it has none.
update web_session set look = $2 where digest = $1

-- name: touch_session
-- Note that a session is used.
update web_session set used_at = clock_timestamp() where digest = $1

-- name: claim_renewal
-- Let one request renew the tokens of a generation; whoever dies at it makes room after ten seconds.
update web_session set renewing_until = clock_timestamp() + interval '10 seconds'
where digest = $1 and generation = $2
    and (renewing_until is null or renewing_until < clock_timestamp())
returning true

-- name: renew_session
-- Keep the tokens of the next generation; without a generation, whatever happened meanwhile.
update web_session
set tokens = $3, facts = $4, generation = generation + 1, renewing_until = null,
    access_until = clock_timestamp() + $5
where digest = $1 and ($2::integer is null or generation = $2)

-- name: release_renewal
-- Give up renewing, so that another request may try.
update web_session set renewing_until = null where digest = $1 and generation = $2

-- name: delete_session
-- End a session; with a generation, only if its tokens were not replaced meanwhile.
delete from web_session where digest = $1 and ($2::integer is null or generation = $2)

-- name: forget_old
-- Forget sessions that have ended, messages nobody came for, and forms never sent.
with ended as (
    delete from web_session
    where ends_at < clock_timestamp() or used_at < clock_timestamp() - $1::interval
    returning 1
), unread as (
    delete from message where made_at < clock_timestamp() - interval '1 hour' returning 1
)
delete from draft where made_at < clock_timestamp() - interval '1 day'

-- name: insert_message
-- Keep a message for the next page at a place.
insert into message (id, session, place, kind, words) values ($1, $2, $3, $4, $5)

-- name: take_message
-- Give a message of this session by the name that the way to its page carries, once.
delete from message where id = $2 and session = $1 returning kind, words

-- name: insert_draft
-- Keep a form that was not sent.
insert into draft (digest, sealed) values ($1, $2)

-- name: find_draft
-- Give a form that was kept within a day.
select sealed from draft where digest = $1 and made_at > clock_timestamp() - interval '1 day'
