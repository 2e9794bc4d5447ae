-- name: insert_payment
-- Begin a payment that is to be made within some seconds; the provider is asked a minute after its end.
insert into payment (id, payer, amount_cents, language, expires_at, ask_at)
values (
    $1, $2, $3, $4,
    date_trunc('second', clock_timestamp()) + $5 * interval '1 second',
    date_trunc('second', clock_timestamp()) + ($5 + 60) * interval '1 second'
)
returning *

-- name: insert_payment_fees
-- Say what a payment is for.
insert into payment_fee (payment_id, fee_id) select $1, unnest($2::uuid[])

-- name: find_payment
-- Give a payment.
select * from payment where id = $1

-- name: find_open_payment
-- Give a payment that can still be made, if there is a minute left for it.
select * from payment where id = $1 and state = 'started' and expires_at > clock_timestamp() + interval '1 minute'

-- name: lock_payment
-- Hold a payment.
select * from payment where id = $1 for update

-- name: lock_fees_of_payment
-- Hold the fees of a payment, always in the same order.
select fee.*, account.legal_name
from fee
join payment_fee on payment_fee.fee_id = fee.id
join account on account.id = fee.account_id
where payment_fee.payment_id = $1
order by fee.id
for update of fee

-- name: list_fees_of_payments
-- Give what payments are for.
select payment_fee.payment_id, fee.*, account.legal_name
from payment_fee
join fee on fee.id = payment_fee.fee_id
join account on account.id = fee.account_id
where payment_fee.payment_id = any($1::uuid[])
order by fee.due_on, fee.id

-- name: update_payment
-- Set the state of a payment that is held.
update payment
set state = $2, surplus = $3, ended_at = coalesce(ended_at, clock_timestamp()), version = version + 1
where id = $1
returning *

-- name: list_payments
-- Give a person's payments, newest first.
select * from payment where payer = $1 and ($2::uuid is null or id < $2) order by id desc limit $3

-- name: insert_notice
-- Note a notice of the provider; nothing when it was taken before.
insert into payment_notice (id, payment_id, state) values ($1, $2, $3) on conflict (id) do nothing returning id

-- name: delete_old_notices
-- Forget some of the notices that were taken so many days ago.
delete from payment_notice where ctid = any(array(
    select ctid from payment_notice where taken_at < clock_timestamp() - make_interval(days => $1) limit $2
))
returning id

-- name: claim_silent
-- Take payments of which the provider has not said what became of them, and push the next question away.
update payment set ask_at = clock_timestamp() + interval '1 minute'
where id in (
    select id from payment
    where state = 'started' and ask_at <= clock_timestamp()
    order by ask_at
    limit 20
    for update skip locked
)
returning id
