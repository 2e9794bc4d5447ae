-- name: list_accounts_of_person
-- Give the accounts in which a person has any right, in order.
select account.id, account.legal_name, member.*
from member
join account on account.id = member.account_id
where
    member.person_id = $1 and not member.suspended and not member.gone
    and (member.submit or member.pay or member.inspect or member.upload or member.templates or member.manage)
    and ($2::uuid is null or account.id > $2)
order by account.id
limit $3

-- name: find_name
-- Give the name of an account, and whether it lets itself be found.
select id, legal_name, listed from account where id = $1
