-- What notifications keeps of a person, for himself.

-- name: address
-- Give where and in which language he is written to.
select id, first_name, last_name, email, language from recipient where id = $1 and not removed limit $2

-- name: emails
-- Give the e-mails to him: which, and how they ended; what they said is not kept.
select template, address, language, state, created_at, ended_at
from email
where recipient = $1
order by created_at desc
limit $2
