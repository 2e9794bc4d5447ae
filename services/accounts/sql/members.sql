-- name: insert_member
-- Let a person belong to an account without any right; nothing comes back when he does already.
insert into member (account_id, person_id, via) values ($1, $2, 'pin') on conflict do nothing returning person_id

-- name: insert_manager
-- Make a person a manager, who has every right, whether he belongs to the account already or not.
insert into member (account_id, person_id, via, manage, submit, pay, inspect, upload, templates)
values ($1, $2, $3, true, true, true, true, true, true)
on conflict (account_id, person_id) do update set
    manage = true, submit = true, pay = true, inspect = true, upload = true, templates = true, suspended = false

-- name: find_member
-- Give the membership of a person; `stale` when we have not noted for a day that he is there.
select *, seen_at < clock_timestamp() - interval '1 day' as stale from member where account_id = $1 and person_id = $2

-- name: touch_member
-- Note that a member is there.
update member set seen_at = clock_timestamp() where person_id = $1 and seen_at < clock_timestamp() - interval '1 day'

-- name: lock_members
-- Hold some members of an account that is held, and all its managers, always in the same order.
select *, false as stale from member
where account_id = $1 and (manage or person_id = any($2::uuid[]))
order by person_id
for update

-- name: update_rights
-- Write the rights of members.
update member set
    manage = said.manage, submit = said.submit, pay = said.pay, inspect = said.inspect, upload = said.upload,
    templates = said.templates
from unnest($2::uuid[], $3::boolean[], $4::boolean[], $5::boolean[], $6::boolean[], $7::boolean[], $8::boolean[])
    as said (person_id, manage, submit, pay, inspect, upload, templates)
where member.account_id = $1 and member.person_id = said.person_id

-- name: update_suspended_member
-- Suspend what a member may do, or let him do it again.
update member set suspended = $3 where account_id = $1 and person_id = $2

-- name: update_gone
-- Note that nobody acts by a membership any more.
update member set gone = true where account_id = $1 and person_id = $2

-- name: list_accounts
-- Give the accounts to which a person belongs or that he asks to take over, always in the same order.
select account_id from member where person_id = $1
union
select account_id from takeover where asked_by = $1 and state in ('announced', 'objected', 'approved')
order by account_id

-- name: list_people
-- Give the members of an account as events name them.
select p.id, p.username, p.first_name, p.last_name, p.email, p.language
from member as m
join person as p on p.id = m.person_id
where m.account_id = $1
order by p.id

-- name: delete_members
-- Let members not belong to an account any more.
delete from member where account_id = $1 and person_id = any($2::uuid[])

-- name: count_members
-- Count the members of an account.
select count(*) from member where account_id = $1

-- name: find_people
-- Give people as events name them.
select id, username, first_name, last_name, email, language from person where id = any($1::uuid[])

-- name: list_operators
-- Give those who are operators.
select id from person where operator and not gone order by id limit 50

-- name: list_facts
-- Give what decisions rest on for pairs of person and account, in their order, by index probes alone.
select
    m.person_id, m.manage, m.submit, m.pay, m.inspect, m.upload, m.templates, m.suspended, m.gone, a.version,
    a.legal_name
from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (person_id, account_id, place)
left join member as m on m.account_id = asked.account_id and m.person_id = asked.person_id
left join account as a on a.id = asked.account_id
order by asked.place
