-- name: find_bank_detail
-- Give an account's bank details, sealed.
select * from bank_detail where account_id = $1

-- name: upsert_bank_detail
-- Keep an account's bank details, sealed.
insert into bank_detail (account_id, sealed, changed_by) values ($1, $2, $3)
on conflict (account_id) do update set
    sealed = excluded.sealed, changed_by = excluded.changed_by, changed_at = clock_timestamp()
returning *

-- name: delete_bank_detail
-- Forget an account's bank details.
delete from bank_detail where account_id = $1 returning account_id

-- name: spend_proof
-- Use a proof once; nothing when it was used before.
insert into spent_proof (id, expires_at) values ($1, $2) on conflict (id) do nothing returning id

-- name: forget_proofs
-- Forget proofs that would not hold any more.
delete from spent_proof where expires_at < clock_timestamp() - interval '1 minute'

-- name: list_sealed
-- Give some bank details after an account, in order.
select account_id, sealed from bank_detail where account_id > $1 order by account_id limit $2

-- name: reseal_bank_detail
-- Seal bank details anew, unless they were changed meanwhile.
update bank_detail set sealed = $3 where account_id = $1 and sealed = $2
