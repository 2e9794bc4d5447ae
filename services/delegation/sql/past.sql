-- Queries about moments in the past.

-- name: insert_licence_state
-- Keep a state of a licence, whatever the order in which events come.
insert into licence_state (licence, version, matricule, status, holder, since)
values ($1, $2, $3, $4, $5, $6)
on conflict do nothing

-- name: list_facts_at
-- Give what decisions rested on at a moment, for many triples of performer, surveyor and moment, in their order.
select l.licence, l.matricule, l.status, d.id as delegation, null::bigint as version
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) with ordinality as asked (performer, surveyor, moment, place)
left join lateral (
    select state.licence, state.matricule, state.status
    from (select distinct licence from licence_state where holder = asked.surveyor) as his
    inner join lateral (
        select licence, matricule, status, holder from licence_state
        where licence_state.licence = his.licence and since <= asked.moment
        order by licence_state.version desc
        limit 1
    ) as state on state.holder = asked.surveyor
    order by (state.status = 'active') desc, state.matricule
    limit 1
) as l on true
left join lateral (
    select id from delegation
    where
        delegator_id = asked.surveyor and delegate_id = asked.performer
        and added_at <= asked.moment and (removed_at is null or removed_at > asked.moment)
    order by added_at desc
    limit 1
) as d on true
order by asked.place

-- name: list_delegates_at
-- Give the delegates that a surveyor had at a moment, by name, after the one of a delegation's id.
select d.id, d.delegate_id, p.first_name, p.last_name, p.username, p.email, d.added_at, d.removed_at
from delegation as d
inner join person as p on p.id = d.delegate_id
where
    d.delegator_id = $1
    and d.added_at <= $2 and (d.removed_at is null or d.removed_at > $2)
    and (
        $3::uuid is null
        or (p.sort_key, d.id) > (
            select last.sort_key, seen.id
            from delegation as seen
            inner join person as last on last.id = seen.delegate_id
            where seen.id = $3 and seen.delegator_id = $1
        )
    )
order by p.sort_key, d.id
limit $4

-- name: list_delegators_at
-- Give those for whom a person was a delegate at a moment, by name, after the one of a delegation's id.
select
    d.id, d.delegator_id, p.first_name, p.last_name, coalesce(l.matricule, d.matricule) as matricule, d.added_at,
    l.status is distinct from 'active' as frozen
from delegation as d
inner join person as p on p.id = d.delegator_id
left join lateral (
    select state.matricule, state.status
    from (select distinct licence from licence_state where holder = d.delegator_id) as his
    inner join lateral (
        select matricule, status, holder from licence_state
        where licence_state.licence = his.licence and since <= $2
        order by licence_state.version desc
        limit 1
    ) as state on state.holder = d.delegator_id
    order by (state.status = 'active') desc, state.matricule
    limit 1
) as l on true
where
    d.delegate_id = $1
    and d.added_at <= $2 and (d.removed_at is null or d.removed_at > $2)
    and (
        $3::uuid is null
        or (p.sort_key, d.id) > (
            select last.sort_key, seen.id
            from delegation as seen
            inner join person as last on last.id = seen.delegator_id
            where seen.id = $3 and seen.delegate_id = $1
        )
    )
order by p.sort_key, d.id
limit $4

-- name: insert_attestation
-- Keep what was attested.
insert into attestation (reference, content) values ($1, $2)

-- name: find_attestation
-- Give what was attested.
select content from attestation where reference = $1

-- name: list_attestations_naming
-- Give what was attested about or for a person, or with him among the delegates.
select reference, content from attestation where strpos(content::text, $1) > 0 order by reference for update

-- name: update_attestation
-- Keep an attestation without the name of a person who is no more.
update attestation set content = $2 where reference = $1
