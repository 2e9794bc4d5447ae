-- name: insert_claim
-- Note who claimed an account.
insert into claim (id, account_id, claimer) values ($1, $2, $3)

-- name: insert_links
-- Keep the digests of links that are mailed.
insert into account_link (digest, account_id, claim_id, takeover_id, until)
select unnest($2::bytea[]), $1, $4, $5, $3

-- name: find_link
-- Give what a link that still works is about.
select account_id, claim_id, takeover_id from account_link
where digest = $1 and used_at is null and until > clock_timestamp()

-- name: use_link
-- Use a link, once.
update account_link set used_at = clock_timestamp()
where digest = $1 and used_at is null and until > clock_timestamp()
returning account_id, claim_id, takeover_id

-- name: forget_links
-- Forget links that have ended for a month.
delete from account_link where until < clock_timestamp() - interval '30 days'

-- name: find_claim
-- Give a claim.
select * from claim where id = $1

-- name: update_contested
-- Note that a claim which stands is contested.
update claim set state = 'contested', contested_at = clock_timestamp(), contest_reason = $2
where id = $1 and state = 'standing'
returning *

-- name: update_claim_decided
-- Note what an operator decided on a contested claim.
update claim set state = $2, decided_at = clock_timestamp(), decided_by = $3, reason = $4
where id = $1 and state = 'contested'
returning *

-- name: list_claims
-- Give claims with their accounts and claimers, newest first, by state if wanted, after one of an id.
select c.*, a.legal_name, a.number, p.first_name, p.last_name, p.username
from claim as c
join account as a on a.id = c.account_id
join person as p on p.id = c.claimer
where ($1::text is null or c.state = $1) and ($2::uuid is null or c.id < $2)
order by c.id desc
limit $3

-- name: find_ground
-- Tell whether all managers of an account are gone, and whether all are gone or silent for so many days.
select
    coalesce(bool_and(gone), false) as gone,
    coalesce(bool_and(gone or (not suspended and seen_at < clock_timestamp() - make_interval(days => $2))), false) as silent
from member
where account_id = $1 and manage

-- name: insert_takeover
-- Note that somebody asks to take over an account; nothing comes back while another take-over runs.
insert into takeover (id, account_id, asked_by, ground, reason, due_at)
values ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(days => $6))
on conflict (account_id) where state in ('announced', 'objected', 'approved') do nothing
returning *

-- name: find_takeover
-- Give a take-over with the time of the database.
select *, clock_timestamp() >= due_at as due from takeover where id = $1

-- name: update_objected
-- Count an objection to a take-over that runs; what was approved has to be approved again.
update takeover set
    objections = objections + 1, state = 'objected', approved_by = null, approved_at = null,
    decision_reason = case when $2 = '' then decision_reason else $2 end
where id = $1 and state in ('announced', 'objected', 'approved')
returning *

-- name: update_approved
-- Note that an operator approved a take-over.
update takeover set state = 'approved', approved_by = $2, approved_at = clock_timestamp(), decision_reason = $3
where id = $1 and state in ('announced', 'objected')
returning *

-- name: update_takeover_ended
-- End a take-over that runs.
update takeover set
    state = $2, ended_by = $3, ended_at = clock_timestamp(), decision_reason = case when $4 = '' then decision_reason else $4 end
where id = $1 and state in ('announced', 'objected', 'approved')
returning *

-- name: abandon_takeover
-- End the take-over of an account for which a person asked who is no more.
update takeover set state = 'withdrawn', ended_by = $2, ended_at = clock_timestamp()
where account_id = $1 and asked_by = $2 and state in ('announced', 'objected', 'approved')
returning *

-- name: list_takeovers
-- Give take-overs with their accounts and who asks, newest first, by state or by who asks if wanted, after one of an id.
select t.*, a.legal_name, p.first_name, p.last_name, p.username
from takeover as t
join account as a on a.id = t.account_id
join person as p on p.id = t.asked_by
where
    ($1::text is null or t.state = $1)
    and ($2::uuid is null or t.asked_by = $2)
    and ($3::uuid is null or t.id < $3)
order by t.id desc
limit $4
