-- name: lock_key
-- Let one transaction at a time decide who gets a user name or an address.
select pg_advisory_xact_lock(hashtextextended($1, 0))

-- name: insert_registration
-- Keep a registration with its user name, unless somebody has that name.
insert into registration (
    id, username, username_key, email, email_key, first_name, last_name, language, password_hash
)
select $1, $2, $3, $4, $5, $6, $7, $8, $9
where not exists (
    select 1 from person
    where person.username_key = $3 and person.id not in (select stale_person.id from stale_person)
)
on conflict (username_key) do nothing
returning id

-- name: find_registration
-- Give a registration that is to be worked off.
select id, username, username_key, email, email_key, first_name, last_name, language, password_hash
from registration
where id = $1

-- name: delete_registration
-- Let go of a registration, and of its user name.
delete from registration where id = $1

-- name: insert_request
-- Note what is to be done after the answer.
insert into request (kind, value, person_id, origin) values ($1, $2, $3, $4)

-- name: take_request
-- Take out the request that is due longest and that no other worker has.
delete from request
where id = (select id from request where due_at <= now() order by due_at, id for update skip locked limit 1)
returning id, kind, value, person_id, origin

-- name: postpone_request
-- Try a request again in a minute.
update request set due_at = now() + interval '1 minute' where id = $1

-- name: insert_person
-- Add a person who has not proved the address yet.
insert into person (id, username, username_key, email, email_key, first_name, last_name, language, password_hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: find_person
-- Find a person by the key of user name or e-mail address; the first never holds an @, the second always.
select
    id, username, email, first_name, last_name, language, password_hash, password_changed_at, verified_at, operator,
    version
from person
where username_key = $1 or email_key = $1

-- name: lock_person
-- Give a person and keep others from changing him.
select
    id, username, email, first_name, last_name, language, password_hash, password_changed_at, verified_at, operator,
    version
from person
where id = $1
for update

-- name: raise_version
-- Give the person as he is now, under the version of the event that says so.
update person set version = version + 1 where id = $1
returning
    id, username, email, first_name, last_name, language, password_hash, password_changed_at, verified_at, operator,
    version

-- name: lock_stale
-- Name unverified people whose link has expired and who hold one of these user names or addresses.
select person.id
from person
inner join stale_person on person.id = stale_person.id
where person.username_key = any($1::text[]) or person.email_key = any($1::text[])
order by person.id
for update of person

-- name: list_purgeable
-- Name unverified people to be forgotten.
select id from stale_person where created_at < now() - $1::interval order by id limit 100

-- name: delete_person
-- Forget a person with everything of his.
delete from person where id = $1

-- name: set_verified
-- Note that the person proved the address.
update person set verified_at = now() where id = $1 and verified_at is null

-- name: set_profile
-- Change names and language.
update person set first_name = $2, last_name = $3, language = $4 where id = $1

-- name: set_password
-- Change the password.
update person set password_hash = $2, password_changed_at = now() where id = $1 returning password_changed_at

-- name: set_hash
-- Keep the same password under better parameters.
update person set password_hash = $3 where id = $1 and password_hash = $2

-- name: set_email
-- Change the e-mail address.
update person set email = $2, email_key = $3 where id = $1

-- name: set_operator
-- Give or take the operator role.
update person set operator = $2 where id = $1 and operator <> $2

-- name: list_operators
-- Give the operators in the order of their user names.
select
    id, username, email, first_name, last_name, language, password_hash, password_changed_at, verified_at, operator,
    version
from person
where operator
order by username_key

-- name: lock_operators
-- Keep the set of operators as it is.
select id from person where operator order by id for update

-- name: insert_link
-- Keep the digest of a link's token.
insert into link (digest, person_id, purpose, email, email_key, expires_at)
values ($1, $2, $3, $4, $5, now() + $6::interval)

-- name: find_link
-- Find a link by its token's digest, with whether it may be used.
select person_id, email, used_at is null and expires_at > now() as live, used_at is not null as used
from link
where digest = $1 and purpose = $2

-- name: use_link
-- Use a link up: of many at once one gets it.
update link set used_at = now()
where digest = $1 and purpose = $2 and used_at is null and expires_at > now()
returning person_id, email, email_key

-- name: delete_links
-- Make a person's unused links of a purpose worthless.
delete from link where person_id = $1 and purpose = $2 and used_at is null

-- name: insert_session
-- Begin a session, unless the password that was verified is no longer the person's.
insert into session (id, person_id, expires_at)
select $1, person.id, now() + $4::interval
from person
where person.id = $2 and person.password_changed_at = $3
for share
returning id

-- name: insert_refresh
-- Keep the digest of a session's first refresh token.
insert into refresh (digest, session_id, expires_at) values ($1, $2, now() + $3::interval)

-- name: rotate_refresh
-- Use a refresh token up and put its successor in place: of many at once one does it.
with used as (
    update refresh set used_at = clock_timestamp(), successor = $3
    from session
    where
        refresh.digest = $1 and refresh.used_at is null and refresh.expires_at > clock_timestamp()
        and session.id = refresh.session_id and session.ended_at is null and session.expires_at > clock_timestamp()
    returning refresh.session_id
),

following as (
    insert into refresh (digest, session_id, expires_at)
    select $2, used.session_id, clock_timestamp() + $4::interval from used
    returning refresh.session_id
)

update session set last_used_at = clock_timestamp()
from following
where session.id = following.session_id and session.ended_at is null
returning session.id

-- name: find_refresh
-- Find a refresh token, with whether its successor may still be given again.
select
    refresh.session_id,
    refresh.successor,
    refresh.used_at is not null as used,
    refresh.used_at is not null and refresh.used_at > clock_timestamp() - $2::interval
    and session.ended_at is null and session.expires_at > clock_timestamp() as in_grace
from refresh
inner join session on refresh.session_id = session.id
where refresh.digest = $1

-- name: find_caller
-- Give the person of a living session.
select
    person.id, username, email, first_name, last_name, language, password_hash, password_changed_at, verified_at,
    operator, version
from person
inner join session on person.id = session.person_id
where session.id = $1 and session.ended_at is null and session.expires_at > now()

-- name: list_sessions
-- Give a person's living sessions, the latest first.
select id, created_at, last_used_at, expires_at
from session
where person_id = $1 and ended_at is null and expires_at > now()
order by created_at desc, id desc

-- name: end_session
-- End one session of a person.
update session set ended_at = now() where id = $1 and person_id = $2 and ended_at is null returning id

-- name: end_family
-- End the session of a refresh token that was used twice.
update session set ended_at = now() where id = $1 and ended_at is null returning person_id

-- name: end_sessions
-- End every session of a person.
update session set ended_at = now() where person_id = $1 and ended_at is null

-- name: insert_device
-- Remember a device on which a person signed in.
insert into device (digest, person_id) values ($1, $2)

-- name: trim_devices
-- Keep a person's twenty devices used last.
delete from device
where
    person_id = $1
    and digest not in (
        select kept.digest from device as kept where kept.person_id = $1 order by kept.last_used_at desc limit 20
    )

-- name: use_device
-- Tell whether this is a device of this person, and note its use.
update device set last_used_at = now() where digest = $1 and person_id = $2 returning digest

-- name: delete_devices
-- Forget a person's devices.
delete from device where person_id = $1

-- name: charge_attempt
-- Count an attempt before it is made, unless it comes too early: 3 are free, then 1, 2, 4, 8, 15 minutes apart.
insert into attempt as present (key, failures, last_at, free_at)
values ($1, 1, clock_timestamp(), clock_timestamp())
on conflict (key) do update
set
    failures = case
        when present.last_at < clock_timestamp() - interval '1 day' then 1 else least(present.failures + 1, 1000)
    end,
    last_at = clock_timestamp(),
    free_at = clock_timestamp() + case
        when present.last_at < clock_timestamp() - interval '1 day' or present.failures < 2 then interval '0'
        else least(interval '15 minutes', interval '1 minute' * power(2, least(present.failures - 2, 10)))
    end
where present.free_at <= clock_timestamp()
returning failures

-- name: find_wait
-- Say in seconds how long the next attempt has to wait.
select ceil(extract(epoch from free_at - clock_timestamp()))::int from attempt where key = $1

-- name: clear_attempts
-- Forget the attempts before a success.
delete from attempt where key = any($1::bytea[])

-- name: insert_application
-- Add a connected application.
insert into application (client_id, name) values ($1, $2) on conflict (client_id) do nothing returning client_id

-- name: lock_application
-- Find an application and keep others from changing its secrets.
select client_id from application where client_id = $1 for update

-- name: has_application
-- Tell whether there is such an application.
select exists (select from application where client_id = $1)

-- name: list_applications
-- Give the connected applications with the number of secrets they may use.
select
    application.client_id, application.name, application.created_at,
    count(application_secret.digest) filter (
        where application_secret.ends_at is null or application_secret.ends_at > now()
    ) as secrets
from application
left join application_secret on application.client_id = application_secret.client_id
group by application.client_id
order by application.client_id

-- name: delete_application
-- Remove an application with its secrets.
delete from application where client_id = $1 returning client_id

-- name: limit_secrets
-- Let the newest secret of an application live for a while longer; the older ones end at once.
update application_secret
set ends_at = case
    when digest = (
        select newest.digest from application_secret as newest
        where newest.client_id = $1 and newest.ends_at is null
        order by newest.created_at desc limit 1
    ) then now() + $2::interval
    else now()
end
where client_id = $1 and (ends_at is null or ends_at > now())

-- name: upsert_secret
-- Accept a secret from now on, without end.
insert into application_secret (client_id, digest) values ($1, $2)
on conflict (client_id, digest) do update set ends_at = null

-- name: find_secret
-- Tell whether this is a living secret of the application.
select client_id from application_secret
where client_id = $1 and digest = $2 and (ends_at is null or ends_at > now())

-- name: delete_old_sessions
-- Forget sessions a month after their end.
delete from session where least(ended_at, expires_at) < now() - interval '30 days'

-- name: delete_old_refresh
-- Forget refresh tokens that ended; those used are kept as long as their session could live, to notice their reuse.
delete from refresh where expires_at < now() - interval '1 day' and used_at is null

-- name: delete_old_links
-- Forget links a week after they expired.
delete from link where expires_at < now() - interval '7 days'

-- name: delete_old_attempts
-- Forget attempts after a day without any.
delete from attempt where last_at < now() - interval '1 day'

-- name: delete_old_devices
-- Forget devices not used for a year.
delete from device where last_used_at < now() - interval '1 year'

-- name: delete_old_requests
-- Give up requests that failed for a day, and the registrations nobody asks for any more.
with given_up as (
    delete from request where requested_at < now() - interval '1 day' returning kind, value
)

delete from registration
using given_up
where given_up.kind = 'registration' and registration.id::text = given_up.value

-- name: insert_look
-- Begin a look, in place of another one of this session; give when it ends.
with former as (
    update look set ends_at = now() where session_id = $2 and ends_at > now()
)
insert into look (id, session_id, person_id, reason, ends_at)
values ($1, $2, $3, $4, now() + $5::interval)
returning ends_at

-- name: find_look
-- Give the person of a look that runs in a session, and the seconds that it has left.
select
    person.id, username, email, first_name, last_name, language, password_hash, password_changed_at, verified_at,
    operator, version, extract(epoch from look.ends_at - now())::float8 as seconds
from look
inner join person on person.id = look.person_id
where look.id = $1 and look.session_id = $2 and look.ends_at > now()

-- name: end_look
-- End a look that runs in a session.
update look set ends_at = now() where id = $1 and session_id = $2 and ends_at > now()
