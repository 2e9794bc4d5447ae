-- name: upsert_recipient
-- Keep the newest name, address and language of a person.
insert into recipient (id, first_name, last_name, email, language, version) values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update set
    first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email,
    language = excluded.language, version = excluded.version
where excluded.version > recipient.version and not recipient.removed

-- name: remove_recipient
-- Forget a person: only the id stays, so that a late event does not bring him back.
insert into recipient (id, first_name, last_name, email, language, version, removed)
values ($1, '', '', '', 'fr', $2, true)
on conflict (id) do update set
    first_name = '', last_name = '', email = '', language = 'fr', version = excluded.version, removed = true

-- name: forget_mentions
-- Take from e-mails to others, once they have ended, what they said of a person: all that names him.
update email set data = '{}'
from recipient
where
    recipient.id = $1 and not recipient.removed and email.state not in ('queued', 'sending') and email.data <> '{}'
    and (
        strpos(email.data::text, recipient.email) > 0
        or strpos(email.data::text, recipient.first_name || ' ' || recipient.last_name) > 0
    )

-- name: delete_unsendable
-- Delete e-mails to removed people that have not left yet.
delete from email
using recipient
where
    email.recipient = recipient.id and recipient.removed and email.state = 'queued'
    and ($1::uuid is null or recipient.id = $1)

-- name: erase_ended
-- Take from e-mails to removed people who they were and what was said; that one was sent stays known.
update email set
    name = '', address = '', data = '{}', sealed = null, merge_key = null,
    last_reply = replace(last_reply, email.address, '')
from recipient
where
    email.recipient = recipient.id and recipient.removed and email.address <> ''
    and email.state not in ('queued', 'sending') and ($1::uuid is null or recipient.id = $1)

-- name: delete_old
-- Delete some of the e-mails that ended, if they were asked for so many days ago.
delete from email
where id in (
    select id from email
    where created_at < clock_timestamp() - make_interval(days => $1) and state not in ('queued', 'sending')
    order by created_at
    limit $2
    for update skip locked
)
returning id

-- name: find_recipient
-- Give a person's address.
select id, first_name, last_name, email, language, removed from recipient where id = $1

-- name: is_removed
-- Tell whether a person was removed.
select exists (select from recipient where id = $1 and removed)

-- name: insert_email
-- Ask for an e-mail, once per key. Beyond ten of a kind an hour to one address the next ones wait, unless urgent.
insert into email (
    id, key, template, recipient, name, address, language, data, sealed, cause, correlation_id, message_id, merge_key,
    bulk, send_after
)
select
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $16,
    clock_timestamp() + make_interval(secs => $14) + case when $15 then interval '0' else (
        select count(*) / 10 * interval '1 hour' from email
        where address = $6 and template = $3 and created_at > clock_timestamp() - interval '1 hour'
    ) end
on conflict do nothing
returning id

-- name: merge_email
-- Count one more into an e-mail of the same merge key that still waits.
update email set data = jsonb_set(data, '{count}', to_jsonb((data ->> 'count')::int + 1))
where merge_key = $1 and state = 'queued'
returning id

-- name: insert_alert
-- Take an alert of an application once by its key.
insert into alert (application, key) values ($1, $2) on conflict do nothing returning true

-- name: delete_old_alerts
-- Forget some of the keys of alerts that were taken so many days ago.
delete from alert where ctid = any(array(
    select ctid from alert where taken_at < clock_timestamp() - make_interval(days => $1) limit $2
))
returning key

-- name: claim_emails
-- Take e-mails that are due, for two minutes; nobody else takes them meanwhile. What many get at once goes last.
update email set
    state = 'sending', owner = $1, attempts = attempts + 1, lease_until = clock_timestamp() + interval '2 minutes'
where id in (
    select id from email where state = 'queued' and send_after <= clock_timestamp()
    order by bulk, send_after limit $2 for update skip locked
)
returning *

-- name: renew_leases
-- Keep e-mails for two minutes more; give those that are still the owner's.
update email set lease_until = clock_timestamp() + interval '2 minutes'
where id = any($1::uuid[]) and owner = $2 and state = 'sending'
returning id

-- name: take_back_leases
-- E-mails whose sender died: whether they left is unknown; they go once more under the same Message-ID.
update email set
    state = case when unknowns = 0 then 'queued' else 'unknown' end, unknowns = unknowns + 1, owner = null,
    sealed = case when unknowns = 0 then sealed end, send_after = clock_timestamp(),
    version = version + case when unknowns = 0 then 0 else 1 end,
    ended_at = case when unknowns > 0 then clock_timestamp() end
where state = 'sending' and lease_until < clock_timestamp()
returning *

-- name: end_email
-- Say how an e-mail ended; only its owner may. What was sealed is erased, and what a sent one said.
update email set
    state = $3, last_reply = $4, owner = null, lease_until = null, sealed = null, version = version + 1,
    data = case when $3 = 'sent' then '{}' else data end, ended_at = clock_timestamp()
where id = $1 and owner = $2 and state = 'sending'
returning *

-- name: postpone_email
-- Try an e-mail again later; only its owner may.
update email set
    state = 'queued', last_reply = $4, owner = null, lease_until = null,
    send_after = clock_timestamp() + make_interval(secs => $3), unknowns = unknowns + $5, merge_key = null
where id = $1 and owner = $2 and state = 'sending'

-- name: retry_email
-- Send an e-mail again that failed; one that held a secret cannot be.
update email set state = 'queued', send_after = clock_timestamp(), attempts = 0, unknowns = 0, ended_at = null, merge_key = null
where id = $1 and state in ('failed', 'bounced', 'unknown') and address <> '' and template <> all($2::text[])
returning *

-- name: find_email
-- Give one e-mail.
select * from email where id = $1

-- name: list_emails
-- Give e-mails, newest first, by state and template if wanted.
select * from email
where
    ($1::text is null or state = $1)
    and ($2::text is null or template = $2)
    and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
order by created_at desc, id desc
limit $5

-- name: insert_witness
-- Keep a signed state of the register as it was heard.
insert into witness (log, size, note) values ($1, $2, $3) on conflict do nothing

-- name: list_witnessed
-- Give the signed states that were heard, from before a size, newest first; all of the last size, so that the next
-- ones are those from before it.
select size, note, heard_at from witness
where $1::bigint is null or size < $1
order by size desc
fetch first $2 rows with ties

-- name: thin_witnessed
-- Of the states heard so many days ago keep the last of each day, and all that contradict each other.
delete from witness using (
    select
        log, size, note, date_trunc('day', heard_at, 'UTC') as day,
        lead(date_trunc('day', heard_at, 'UTC')) over (partition by log order by size) as next_day,
        count(*) over (partition by log, size) as said
    from witness
    where heard_at < clock_timestamp() - make_interval(days => $1)
) as old
where
    old.said = 1 and old.day = old.next_day
    and (witness.log, witness.size, witness.note) = (old.log, old.size, old.note)
