-- name: insert_claim
-- Note who claimed an account.
insert into claim (id, account_id, claimer) values ($1, $2, $3)

-- name: insert_links
-- Keep the digests of links that are mailed.
insert into account_link (digest, account_id, claim_id, takeover_id, until)
select unnest($2::bytea[]), $1, $4, $5, $3
