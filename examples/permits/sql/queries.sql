-- name: insert_application
-- Open an application.
insert into application (
    id, number, kind, title, address, description, client, client_name, account, account_name, opened_by, state
)
values (
    $1, 'P-' || to_char(clock_timestamp(), 'YYYY') || '-' || lpad(nextval('application_number')::text, 6, '0'),
    $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
)
returning *

-- name: find_application
-- Give an application.
select * from application where id = $1

-- name: lock_application
-- Hold an application, so that nothing else happens on it in between.
select * from application where id = $1 for update

-- name: list_applications
-- Give a person's applications and those of companies, newest first, with what awaits them.
select
    application.*,
    (select count(*) from message where application_id = application.id and from_city and read_at is null) as unread,
    (select count(*) from needed_action where application_id = application.id and done_at is null) as required_actions
from application
where
    (client = $1 or account = any($2::uuid[]))
    and ($3::uuid is null or account = $3)
    and ($4::text is null or state = $4)
    and ($5::text is null or number = $5)
    and ($6::uuid is null or id < $6)
order by id desc
limit $7

-- name: list_for_review
-- Give all applications, newest first, for the city's reviewers.
select
    application.*,
    (select count(*) from message where application_id = application.id and not from_city and read_at is null) as unread,
    (select count(*) from needed_action where application_id = application.id and done_at is null) as required_actions
from application
where
    ($1::text is null or state = $1)
    and ($2::text is null or number = $2)
    and ($3::uuid is null or id < $3)
order by id desc
limit $4

-- name: update_contact
-- Name the contact company of an application, or none.
update application set account = $2, account_name = $3 where id = $1 returning *

-- name: update_state
-- Set the state of an application.
update application set state = $2 where id = $1 returning *

-- name: insert_follower
-- Remember who acts on an application for its company.
insert into follower (application_id, person) values ($1, $2) on conflict do nothing

-- name: list_followers
-- Give who acts on an application for its company.
select person from follower where application_id = $1

-- name: delete_followers
-- Forget who acted for a company that is no longer the contact.
delete from follower where application_id = $1

-- name: insert_message
-- Put a message on an application.
insert into message (id, application_id, from_city, author, author_name, body) values ($1, $2, $3, $4, $5, $6)
returning *

-- name: list_messages
-- Give the newest messages of an application.
select * from message where application_id = $1 order by id desc limit 200

-- name: read_messages
-- Mark what one side wrote as read by the other.
update message set read_at = clock_timestamp()
where application_id = $1 and from_city = $2 and read_at is null

-- name: insert_action
-- Ask for something on an application.
insert into needed_action (id, application_id, kind, detail, due_on, fee_id) values ($1, $2, $3, $4, $5, $6)
returning *

-- name: settle_actions
-- Settle what was asked for of one kind.
update needed_action set done_at = clock_timestamp()
where application_id = $1 and kind = $2 and done_at is null

-- name: settle_fee_action
-- Settle what was asked for a fee that is owed no longer, or ask for it again.
update needed_action set done_at = case when $2 then clock_timestamp() end where fee_id = $1

-- name: list_open_actions
-- Give what is asked for on an application, with the fee where it is one.
select needed_action.*, to_jsonb(fee) as fee
from needed_action
left join fee on fee.id = needed_action.fee_id
where needed_action.application_id = $1 and needed_action.done_at is null
order by needed_action.id

-- name: list_actions
-- Give what is asked for on a person's applications and those of companies: what is due first, then the oldest.
select
    needed_action.id, needed_action.kind, needed_action.detail, needed_action.due_on, needed_action.asked_at,
    to_jsonb(fee) as fee, application.id as application, application.number, application.title, application.account,
    application.account_name
from needed_action
inner join application on application.id = needed_action.application_id
left join fee on fee.id = needed_action.fee_id
where
    needed_action.done_at is null
    and application.state <> 'closed'
    and (application.client = $1 or application.account = any($2::uuid[]))
    and (
        $3::uuid is null
        or (coalesce(needed_action.due_on, 'infinity'), needed_action.id) > ($4::date, $3)
    )
order by coalesce(needed_action.due_on, 'infinity'), needed_action.id
limit $5

-- name: find_action_place
-- Give where an action stands in the list.
select coalesce(due_on, 'infinity') as due from needed_action where id = $1

-- name: insert_inspection
-- Ask for an inspection.
insert into inspection (id, application_id, kind, wanted_on, note, asked_by, asked_by_name)
values ($1, $2, $3, $4, $5, $6, $7)
returning *

-- name: list_inspections
-- Give the inspections of an application, newest first.
select * from inspection where application_id = $1 order by id desc

-- name: update_inspection
-- Give an inspection its result, once.
update inspection set result = $2, result_note = $3 where id = $1 and result is null returning *

-- name: find_inspection
-- Give an inspection.
select * from inspection where id = $1

-- name: insert_fee
-- Keep a fee that accounts is asked to collect.
insert into fee (id, application_id, account, label_fr, label_en, amount_cents, due_on)
values ($1, $2, $3, $4, $5, $6, $7)
returning *

-- name: list_fees
-- Give the fees of an application.
select * from fee where application_id = $1 order by id

-- name: claim_fees
-- Take fees whose state accounts is to be asked about, and push the next time away: soon for young ones.
update fee
set ask_at = clock_timestamp() + least(interval '1 hour', greatest(interval '5 seconds', (clock_timestamp() - posted_at) / 20))
where id in (
    select id from fee
    where state in ('unpaid', 'paid') and ask_at <= clock_timestamp()
    order by ask_at
    limit 100
    for update skip locked
)
returning id

-- name: update_fee
-- Take over what accounts says of a fee; nothing when it was so already.
update fee set state = $2 where id = $1 and state <> $2 returning *

-- name: count_files
-- Count the files of an application.
select count(*) from file where application_id = $1

-- name: find_same_file
-- Give the file of an application that has this content.
select * from file where application_id = $1 and sha256 = $2

-- name: insert_file
-- Keep a file that lies on the disk.
insert into file (id, application_id, name, media_type, size, sha256, uploaded_by, uploaded_by_name)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning *

-- name: list_files
-- Give the files of an application, newest first.
select * from file where application_id = $1 order by id desc

-- name: find_file
-- Give a file of an application.
select * from file where application_id = $1 and id = $2

-- name: delete_file
-- Forget a file of an application; the bytes are swept.
delete from file where application_id = $1 and id = $2 returning id

-- name: list_known_files
-- Give which of these ids have a row.
select id from file where id = any($1::uuid[])

-- name: list_templates
-- Give the templates of a company by name.
select * from template where account = $1 order by name, id

-- name: insert_template
-- Make a template; nothing when the name is taken.
insert into template (id, account, name, content, changed_by_name) values ($1, $2, $3, $4, $5)
on conflict (account, name) do nothing
returning *

-- name: update_template
-- Change a template of a company.
update template set name = $3, content = $4, changed_by_name = $5, changed_at = clock_timestamp()
where id = $1 and account = $2
returning *

-- name: delete_template
-- Remove a template of a company.
delete from template where id = $1 and account = $2 returning id
