-- name: insert_charge
-- Decide a payment once; nothing when it was decided before.
insert into charge (payment, amount_cents, currency, state, notify_url) values ($1, $2, $3, $4, $5)
on conflict (payment) do nothing
returning payment

-- name: find_charge
-- Give what became of a payment.
select * from charge where payment = $1

-- name: refund_charge
-- Give a payment back that was taken; nothing when there is none.
update charge set state = 'refunded' where payment = $1 and state = 'paid' returning payment

-- name: insert_notice
-- Keep what the merchant is to be told.
insert into notice (id, payment, state) values ($1, $2, $3)

-- name: claim_notices
-- Take what is due and push its next attempt away.
update notice
set attempts = attempts + 1, next_at = clock_timestamp() + least(600, 2 ^ least(attempts, 9)) * interval '1 second'
from charge
where notice.payment = charge.payment and notice.id in (
    select id from notice
    where taken_at is null and next_at <= clock_timestamp()
    order by next_at
    limit 20
    for update skip locked
)
returning notice.id, notice.payment, notice.state, notice.occurred_at, charge.amount_cents, charge.currency, charge.notify_url

-- name: mark_taken
-- Remember that the merchant was told.
update notice set taken_at = clock_timestamp() where id = $1
