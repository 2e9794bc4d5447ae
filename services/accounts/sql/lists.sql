-- name: list_mine
-- Give a person's accounts; {column}, {comparison} and {direction} come from a closed table in store_companies.py.
select
    a.id, a.kind, a.legal_name, a.operating_name, a.phone, a.orphaned_at, {column} as sorted_by,
    m.manage, m.submit, m.pay, m.inspect, m.upload, m.templates, m.suspended, m.gone
from member as m
join account as a on a.id = m.account_id
where m.person_id = $1 and not m.gone and ($2::text is null or ({column}, a.id) {comparison} ($2, $3::uuid))
order by {column} {direction}, a.id {direction}
limit $4

-- name: list_members
-- Give the members of an account; {column}, {comparison}, {direction} and {type} come from a closed table.
select
    p.id, p.first_name, p.last_name, p.username, p.email, {column} as sorted_by, m.manage, m.submit, m.pay, m.inspect,
    m.upload, m.templates, m.suspended, m.gone, m.joined_at, m.via
from member as m
join person as p on p.id = m.person_id
where m.account_id = $1 and ($2::text is null or ({column}, p.id) {comparison} ($2::text::{type}, $3::uuid))
order by {column} {direction}, p.id {direction}
limit $4
