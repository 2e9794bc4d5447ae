-- name: upsert_person
-- Keep the newest state of a person, whatever the order in which events come.
insert into person (
    id, username, username_key, email, email_key, first_name, last_name, sort_key, language, verified, version
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (id) do update set
    username = excluded.username,
    username_key = excluded.username_key,
    email = excluded.email,
    email_key = excluded.email_key,
    first_name = excluded.first_name,
    last_name = excluded.last_name,
    sort_key = excluded.sort_key,
    language = excluded.language,
    verified = excluded.verified,
    version = excluded.version
where excluded.version > person.version

-- name: upsert_licence
-- Keep the newest state of a licence, whatever the order in which events come.
insert into licence (id, matricule, first_name, last_name, status, holder, version)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do update set
    matricule = excluded.matricule,
    first_name = excluded.first_name,
    last_name = excluded.last_name,
    status = excluded.status,
    holder = excluded.holder,
    version = excluded.version
where excluded.version > licence.version

-- name: lock_delegator
-- Lock the row above all delegations of a surveyor, made when missing, and tell whether he ever had a delegate.
insert into delegator (id) values ($1)
on conflict (id) do update set version = delegator.version
returning ever_added

-- name: lock_licence
-- Give the licence that a person holds as facts without a delegation, an active one first, and keep it as it is
-- until the transaction ends.
select id as licence, matricule, status, null::uuid as delegation, null::bigint as version
from licence
where holder = $1
order by (status = 'active') desc, matricule
limit 1
for share

-- name: count_search
-- Count a surveyor's search and give its number, which is the delegator's version.
insert into delegator (id, version) values ($1, 1)
on conflict (id) do update set version = delegator.version + 1
returning version

-- name: find_candidate_by_username
-- Give the verified person of exactly this user name in its normal form.
select id, username, email, first_name, last_name
from person
where username_key = $1 and verified
order by version desc, id
limit 1

-- name: find_candidate_by_email
-- Give the verified person of exactly this e-mail address in its normal form.
select id, username, email, first_name, last_name
from person
where email_key = $1 and verified
order by version desc, id
limit 1

-- name: find_people
-- Give some people as events name them.
select id, username, email, first_name, last_name, language, verified
from person
where id = any($1::uuid[])

-- name: lock_people
-- Give some people and keep them as they are until the transaction ends: none of them is forgotten meanwhile.
select id, username, email, first_name, last_name, language, verified
from person
where id = any($1::uuid[])
order by id
for share

-- name: read_clock
-- Give the database's time.
select clock_timestamp()

-- name: insert_delegation
-- Designate a delegate, unless the surveyor has this delegate already, and remember that he ever had one.
with added as (
    insert into delegation (id, delegator_id, delegate_id, matricule, added_at)
    values ($1, $2, $3, $4, clock_timestamp())
    on conflict (delegator_id, delegate_id) where removed_at is null do nothing
    returning *
),
remembered as (
    update delegator set ever_added = true
    where id = (select delegator_id from added) and not ever_added
)
select * from added

-- name: list_standings
-- Give what designations rest on, for many pairs of surveyor and candidate in their order: whether the surveyor ever
-- had a delegate, his licence, and both persons.
select
    o.ever_added, l.id as licence, l.matricule, l.status, c.verified, clock_timestamp() as now,
    s.id as s_id, s.username as s_username, s.email as s_email,
    s.first_name as s_first_name, s.last_name as s_last_name, s.language as s_language,
    c.id as c_id, c.username as c_username, c.email as c_email,
    c.first_name as c_first_name, c.last_name as c_last_name, c.language as c_language
from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (surveyor, candidate, place)
left join lateral (
    select id, matricule, status from licence
    where holder = asked.surveyor
    order by (status = 'active') desc, matricule
    limit 1
) as l on true
left join delegator as o on o.id = asked.surveyor
left join person as s on s.id = asked.surveyor
left join person as c on c.id = asked.candidate
order by asked.place

-- name: insert_designations
-- Designate many delegates, each with its event and its kept answer, and tell which were: those of surveyors whose
-- row and active licence nobody else holds, who had a delegate before, who do not have this one, and whose key is
-- new, and of people whom nobody forgets meanwhile. The others are left as they are. A key that is taken in the same moment fails the whole statement.
with asked as (
    select * from unnest(
        $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[],
        $7::uuid[], $8::smallint[], $9::text[], $10::bigint[], $11::text[], $12::text[],
        $13::text[], $14::text[], $15::text[], $16::bytea[], $17::smallint[], $18::bytea[]
    ) as one (
        delegation, delegator, delegate, licence, matricule, added_at,
        event_id, part, subject, sequence, type, envelope,
        caller, route, key, request, status, answer
    )
),
owner as (
    select id from delegator where id = any($2::uuid[]) and ever_added order by id for update skip locked
),
licensed as (
    select id, holder from licence
    where id = any($4::uuid[]) and status = 'active'
    order by id
    for share skip locked
),
there as (
    select id from person
    where id = any($2::uuid[] || $3::uuid[]) and verified
    order by id
    for share skip locked
),
added as (
    insert into delegation (id, delegator_id, delegate_id, matricule, added_at)
    select asked.delegation, asked.delegator, asked.delegate, asked.matricule, asked.added_at
    from asked
    join owner on owner.id = asked.delegator
    join licensed on licensed.id = asked.licence and licensed.holder = asked.delegator
    join there as surveyor on surveyor.id = asked.delegator
    join there as candidate on candidate.id = asked.delegate
    where not exists (
        select from idempotency as i where i.caller = asked.caller and i.route = asked.route and i.key = asked.key
    )
    -- Its time is that of the reading: nothing may have ended since.
    and not exists (
        select from delegation as d
        where
            d.delegate_id = asked.delegate and d.delegator_id = asked.delegator
            and d.removed_at > asked.added_at
    )
    on conflict (delegator_id, delegate_id) where removed_at is null do nothing
    returning id
),
kept as (
    insert into idempotency (caller, route, key, request, status, answer)
    select caller, route, key, request, status, answer
    from asked join added on added.id = asked.delegation
    where key is not null
),
said as (
    insert into outbox (event_id, part, subject, sequence, type, envelope)
    select
        event_id, part, subject, sequence, type,
        envelope::jsonb || jsonb_build_object(
            'time', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        )
    from asked join added on added.id = asked.delegation
)
select id from added

-- name: update_delegation_removed
-- End a delegation of this delegator that has not ended.
update delegation set removed_at = greatest(clock_timestamp(), added_at), version = version + 1
where id = $1 and delegator_id = $2 and removed_at is null
returning *

-- name: update_delegations_orphaned
-- End the delegations by or to a person who is no more.
update delegation set removed_at = greatest(clock_timestamp(), added_at), version = version + 1
where (delegator_id = $1 or delegate_id = $1) and removed_at is null

-- name: update_delegation_acting
-- Note that the delegate begins to act, when half an hour or more has passed without.
update delegation set acting_at = clock_timestamp(), version = version + 1
where
    delegator_id = $1
    and delegate_id = $2
    and removed_at is null
    and (acting_at is null or acting_at <= clock_timestamp() - interval '30 minutes')
returning *

-- name: lock_facts
-- Give what a decision about one person and one surveyor rests on, and keep it so until the transaction ends.
-- A removal under way is waited for.
select
    l.id as licence, l.matricule, l.status, d.id as delegation, d.version,
    p.first_name, p.last_name
from (select 1) as always
left join lateral (
    select id, matricule, status from licence
    where holder = $2
    order by (status = 'active') desc, matricule
    limit 1
    for share
) as l on true
left join lateral (
    select id, version from delegation
    where delegator_id = $2 and delegate_id = $1 and removed_at is null
    for share
) as d on true
left join person as p on p.id = $2

-- name: list_facts
-- Give what decisions rest on for many pairs of performer and surveyor, in their order, by index probes alone.
select l.id as licence, l.matricule, l.status, d.id as delegation, d.version
from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (performer, surveyor, place)
left join lateral (
    select id, matricule, status from licence
    where holder = asked.surveyor
    order by (status = 'active') desc, matricule
    limit 1
) as l on true
left join lateral (
    select id, version from delegation
    where delegator_id = asked.surveyor and delegate_id = asked.performer and removed_at is null
    limit 1
) as d on true
order by asked.place

-- name: find_standing
-- Give what a person is: surveyor or not, with delegates ever or not, ever a delegate or not, and the time.
select
    l.id as licence, l.matricule, l.first_name, l.last_name, l.status,
    coalesce(o.ever_added, false) as ever_added,
    exists (select from delegation where delegate_id = $1) as ever_designated,
    clock_timestamp() as now
from (select 1) as always
left join lateral (
    select * from licence
    where holder = $1
    order by (status = 'active') desc, matricule
    limit 1
) as l on true
left join delegator as o on o.id = $1

-- name: list_delegates
-- Give the present delegates of a surveyor by name, after the one of a delegation's id.
select d.id, d.delegate_id, p.first_name, p.last_name, p.username, p.email, d.added_at
from delegation as d
join person as p on p.id = d.delegate_id
where
    d.delegator_id = $1
    and d.removed_at is null
    and (
        $2::uuid is null
        or (p.sort_key, d.id) > (
            select last.sort_key, seen.id
            from delegation as seen
            join person as last on last.id = seen.delegate_id
            where seen.id = $2 and seen.delegator_id = $1
        )
    )
order by p.sort_key, d.id
limit $3

-- name: list_delegators
-- Give those for whom a person may act, by name, after the one of a delegation's id; frozen without an active licence.
select
    d.id, d.delegator_id, p.first_name, p.last_name, coalesce(l.matricule, d.matricule) as matricule, d.added_at,
    l.status is distinct from 'active' as frozen
from delegation as d
join person as p on p.id = d.delegator_id
left join lateral (
    select matricule, status from licence
    where holder = d.delegator_id
    order by (status = 'active') desc, matricule
    limit 1
) as l on true
where
    d.delegate_id = $1
    and d.removed_at is null
    and (
        $2::uuid is null
        or (p.sort_key, d.id) > (
            select last.sort_key, seen.id
            from delegation as seen
            join person as last on last.id = seen.delegator_id
            where seen.id = $2 and seen.delegate_id = $1
        )
    )
order by p.sort_key, d.id
limit $3
