-- What identity keeps of a person, for himself. No secret is among it, nor a digest of one.

-- name: profile
-- Give who he is here.
select
    id, username, email, first_name, last_name, language, operator, created_at, verified_at, password_changed_at
from person
where id = $1
limit $2

-- name: sessions
-- Give his sessions, ended ones too while they are kept.
select created_at, last_used_at, expires_at, ended_at from session where person_id = $1 order by created_at desc limit $2

-- name: links
-- Give the links that were mailed to him and are still kept.
select purpose, email, expires_at, used_at from link where person_id = $1 order by expires_at desc limit $2

-- name: devices
-- Give when the devices that he signed in from were last used.
select last_used_at from device where person_id = $1 order by last_used_at desc limit $2

-- name: looks
-- Give when operators looked at his screens, and why.
select began_at, ends_at, reason from look where person_id = $1 order by began_at desc limit $2
