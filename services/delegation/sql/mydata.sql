-- What delegation keeps of a person, for himself; of others only the names that his lists show.

-- name: profile
-- Give the copy of who he is.
select id, username, email, first_name, last_name, language, verified from person where id = $1 limit $2

-- name: licences
-- Give each state of the licences that he held.
select licence, matricule, status, since from licence_state where holder = $1 order by since desc limit $2

-- name: delegates
-- Give the delegations by him.
select
    delegation.id, trim(person.first_name || ' ' || person.last_name) as delegate, delegation.matricule,
    delegation.added_at, delegation.removed_at, delegation.acting_at
from delegation
inner join person on person.id = delegation.delegate_id
where delegation.delegator_id = $1
order by delegation.added_at desc
limit $2

-- name: delegators
-- Give the delegations to him.
select
    delegation.id, trim(person.first_name || ' ' || person.last_name) as delegator, delegation.matricule,
    delegation.added_at, delegation.removed_at, delegation.acting_at
from delegation
left join person on person.id = delegation.delegator_id
where delegation.delegate_id = $1
order by delegation.added_at desc
limit $2

-- name: attestations
-- Give the references of the attestations about him or for him, or with him among the delegates.
select reference, issued_at
from attestation
where
    content -> 'delegator' ->> 'id' = $1::uuid::text
    or content -> 'issued_to' ->> 'id' = $1::uuid::text
    or content -> 'delegates' @> jsonb_build_array(jsonb_build_object('delegate', jsonb_build_object('id', $1::uuid)))
order by issued_at desc
limit $2
