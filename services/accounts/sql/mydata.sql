-- What accounts keeps of a person, for himself; of others nothing, and of his companies only the name.

-- name: profile
-- Give the copy of who he is.
select id, username, email, first_name, last_name, language, verified, operator
from person
where id = $1 and not gone
limit $2

-- name: licences
-- Give the licence that he holds, as the roster of the order has it.
select id, matricule, first_name, last_name, email, office, language, suspended, claimed_at
from licence
where holder = $1
limit $2

-- name: memberships
-- Give the business accounts to which he belongs, with what he may do.
select
    account.id, account.legal_name, member.manage, member.submit, member.pay, member.inspect, member.upload,
    member.templates, member.via, member.suspended, member.joined_at, member.seen_at
from member
inner join account on account.id = member.account_id
where member.person_id = $1
order by member.joined_at desc
limit $2

-- name: former_memberships
-- Give what he could do in business accounts before, and until when.
select
    account.id, account.legal_name, member_past.manage, member_past.submit, member_past.pay, member_past.inspect,
    member_past.upload, member_past.templates, member_past.suspended, member_past.since, member_past.until
from member_past
inner join account on account.id = member_past.account_id
where member_past.person_id = $1
order by member_past.until desc
limit $2

-- name: claims
-- Give the imported accounts that he claimed, and what became of it.
select account.legal_name, claim.state, claim.claimed_at, claim.contested_at, claim.decided_at, claim.reason
from claim
inner join account on account.id = claim.account_id
where claim.claimer = $1
order by claim.claimed_at desc
limit $2

-- name: takeovers
-- Give the take-overs that he asked for.
select
    account.legal_name, takeover.ground, takeover.state, takeover.reason, takeover.asked_at, takeover.due_at,
    takeover.ended_at
from takeover
inner join account on account.id = takeover.account_id
where takeover.asked_by = $1
order by takeover.asked_at desc
limit $2

-- name: payments
-- Give his payments; what they were for stands with the accounts.
select id, amount_cents, currency, state, surplus, language, started_at, ended_at
from payment
where payer = $1
order by started_at desc
limit $2

-- name: bank_details
-- Give the accounts whose present bank details he set; the details are the company's.
select account.legal_name, bank_detail.changed_at
from bank_detail
inner join account on account.id = bank_detail.account_id
where bank_detail.changed_by = $1
order by bank_detail.changed_at desc
limit $2
