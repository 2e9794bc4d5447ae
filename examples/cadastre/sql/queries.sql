-- name: insert_file
-- Open a file; nothing when the number is taken.
insert into file (number, title, domain, responsible, closes_on) values ($1, $2, $3, $4, $5)
on conflict (number) do nothing
returning number

-- name: list_files
-- Give the files of a surveyor with the number of messages unread, newest first.
select
    number, title, domain, opened_at, closes_on,
    (select count(*) from message where file_number = file.number and read_at is null) as unread
from file
where responsible = $1 and domain = $2 and ($3::text is null or number = $3)
order by opened_at desc, number

-- name: find_file
-- Give a file by its number.
select number, responsible, domain from file where number = $1

-- name: lock_file
-- Hold a file of a surveyor until the end of the transaction.
select number from file where number = $1 and responsible = $2 for update

-- name: list_messages
-- Give the messages of a file, newest first.
select id, kind, subject, body, posted_at, read_at
from message
where file_number = $1
order by posted_at desc, id desc

-- name: read_messages
-- Mark what is unread on a file as read by somebody; it is read for all (Q12).
update message set read_at = clock_timestamp(), read_by = $2
where file_number = $1 and read_at is null

-- name: insert_message
-- Put a message on a file.
insert into message (id, file_number, kind, subject, body) values ($1, $2, $3, $4, $5)
returning id, kind, subject, body, posted_at, read_at

-- name: update_closing
-- Set a later closing date; no row where it would not be later.
update file set closes_on = $2 where number = $1 and (closes_on is null or closes_on < $2) returning true

-- name: insert_request
-- Record what was asked, by whom and for whom.
insert into request (id, service, file_number, performed_by, performed_for, details)
values ($1, $2, $3, $4, $5, $6)
returning id, service, file_number, performed_by, performed_for, made_at

-- name: list_requests
-- Give the newest requests made in a surveyor's name.
select id, service, file_number, performed_by, performed_for, made_at
from request
where performed_for = $1
order by made_at desc, id desc
limit 100
