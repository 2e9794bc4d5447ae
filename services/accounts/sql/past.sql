-- Queries about moments in the past.

-- name: list_facts_at
-- Give what decisions rested on at a moment, for many triples of person, account and moment, in their order.
select m.*
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) with ordinality as asked (person_id, account_id, moment, place)
left join lateral (
    select person_id, manage, submit, pay, inspect, upload, templates, suspended, gone
    from member_ever
    where
        account_id = asked.account_id and person_id = asked.person_id
        and since <= asked.moment and until > asked.moment
) as m on true
order by asked.place

-- name: list_accounts_of_person_at
-- Give the accounts in which a person had any right at a moment, in order, by the names of today.
select account.id, account.legal_name, member.*
from member_ever as member
join account on account.id = member.account_id
where
    member.person_id = $1 and member.since <= $4 and member.until > $4 and not member.suspended and not member.gone
    and (member.submit or member.pay or member.inspect or member.upload or member.templates or member.manage)
    and ($2::uuid is null or account.id > $2)
order by account.id
limit $3
