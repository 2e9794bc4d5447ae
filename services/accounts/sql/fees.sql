-- name: insert_fees
-- Insert fees of an application; those whose key it used before are passed over.
insert into fee (id, application, key, account_id, reference, label_fr, label_en, amount_cents, due_on)
select said.id, $1, said.key, said.account_id, said.reference, said.label_fr, said.label_en, said.amount_cents, said.due_on
from unnest(
    $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::date[]
) as said (id, key, account_id, reference, label_fr, label_en, amount_cents, due_on)
join account on account.id = said.account_id
on conflict (application, key) do nothing
returning *

-- name: list_posted
-- Give fees of an application by its keys.
select * from fee where application = $1 and key = any($2::text[])

-- name: lock_posted
-- Hold fees of an application by its keys, always in the same order; of this table alone, so that what is read is
-- what was committed while we waited.
select * from fee where application = $1 and key = any($2::text[]) order by id for update

-- name: update_fees
-- Set the state of fees that are held, and the payment that settled them.
update fee set state = $2, payment_id = $3, version = version + 1 where id = any($1::uuid[]) returning *

-- name: list_told
-- Give accounts with their managers and with those who may pay for them.
select
    account.id,
    account.legal_name,
    coalesce(array_agg(member.person_id) filter (where member.manage), '{}') as managers,
    coalesce(array_agg(member.person_id) filter (where member.pay), '{}') as payers
from account
left join member on member.account_id = account.id and not member.suspended and not member.gone
where account.id = any($1::uuid[])
group by account.id

-- name: list_accounts_of_fees
-- Give the accounts of fees.
select distinct account_id from fee where id = any($1::uuid[]) order by account_id

-- name: lock_fees
-- Hold fees, always in the same order.
select * from fee where id = any($1::uuid[]) order by id for update

-- name: claim_fees
-- Let fees that are held wait for a payment.
update fee set payment_id = $2 where id = any($1::uuid[])

-- name: release_fees
-- Let the fees of a payment that came to nothing be paid by another.
update fee set payment_id = null where payment_id = $1 and state = 'unpaid'

-- name: list_fees
-- Give fees of the accounts for which a person may pay, by their days.
select fee.*, account.legal_name, payment.state as payment_state, payment.ended_at as paid_at, person.first_name, person.last_name
from fee
join member on member.account_id = fee.account_id and member.person_id = $1
join account on account.id = fee.account_id
left join payment on payment.id = fee.payment_id
left join person on person.id = payment.payer
where
    member.pay and not member.suspended and not member.gone
    and fee.state = $2
    and ($3::uuid is null or fee.account_id = $3)
    and ($4::uuid is null or (fee.due_on, fee.id) > ((select due_on from fee as last where last.id = $4), $4))
order by fee.due_on, fee.id
limit $5

-- name: count_unpaid
-- Count what is unpaid for the accounts for which a person may pay, and sum it up.
select count(*) as fees, coalesce(sum(fee.amount_cents), 0)::bigint as amount_cents
from fee
join member on member.account_id = fee.account_id and member.person_id = $1
where
    member.pay and not member.suspended and not member.gone
    and fee.state = 'unpaid'
    and ($2::uuid is null or fee.account_id = $2)
