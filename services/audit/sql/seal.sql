-- Queries of the seal.

-- name: take_seal
-- Let one process at a time add to the log, until its transaction ends; false when another is at it.
select pg_try_advisory_xact_lock(hashtextextended('mandat:seal', 0))

-- name: find_end
-- Give the size of the log, the last activity in it, the size of the newest checkpoint, and the time.
select
    clock_timestamp() as now,
    coalesce((select max(index) + 1 from leaf), 0) as size,
    coalesce((select max(seq) from leaf), 0) as seq,
    coalesce((select max(size) from checkpoint), 0) as signed

-- name: list_arrived
-- Give the next activities in their order of arrival.
select activity.*
from activity
where
    seq > $1
    and exists (select from entry where entry.seq = activity.seq and entry.occurred_at = activity.occurred_at)
order by seq
limit $2

-- name: list_keys
-- Give the keys of some subjects.
select subject, key from subject_key where subject = any($1::uuid[])

-- name: insert_keys
-- Keep keys for subjects that have none.
insert into subject_key (subject, key)
select subject, key from unnest($1::uuid[], $2::bytea[]) as one (subject, key) order by subject
on conflict do nothing

-- name: insert_leaves
-- Add leaves to the log.
insert into leaf (index, seq, tombstone, version, hash, by_name, for_name)
select * from unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::smallint[], $5::bytea[], $6::bytea[], $7::bytea[])

-- name: insert_nodes
-- Keep inner nodes that became complete.
insert into node (level, index, hash) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])

-- name: insert_checkpoint
-- Keep what was signed.
insert into checkpoint (size, note) values ($1, $2)

-- name: insert_sealing_keys
-- Remember the public halves of the keys that sign.
insert into sealing_key (verifier) select unnest($1::text[]) on conflict do nothing

-- name: list_sealing_keys
-- Give the public halves of all keys that ever signed.
select verifier from sealing_key order by since, verifier

-- name: list_hashes
-- Give the hashes of some leaves, and of some inner nodes that are kept.
select 0 as level, index, hash from leaf where index = any($1::bigint[])
union all
select node.level, node.index, node.hash
from unnest($2::smallint[], $3::bigint[]) as wanted (level, index)
inner join node on node.level = wanted.level and node.index = wanted.index

-- name: list_checkpoints_after
-- Give what was signed after a size, oldest first.
select size, note from checkpoint where size > $1 order by size limit $2

-- name: list_checkpoints
-- Give what was signed before a size, newest first.
select size, note from checkpoint where $1::bigint is null or size < $1 order by size desc limit $2

-- name: find_checkpoint
-- Give what was signed at a size, or the newest of all.
select size, note from checkpoint where $1::bigint is null or size = $1 order by size desc limit 1

-- name: find_leaf_of
-- Give the place in the log of an activity, by its id.
select leaf.index, leaf.hash, entry.performed_by, entry.performed_for, entry.account
from entry
inner join leaf on leaf.seq = entry.seq
where entry.id = $1

-- name: list_sealed
-- Give the log from a place on, each leaf with its activity as it stands in the register, or with its tombstone. Leaves
-- follow the order of arrival, so what belongs to them is read as ranges, from each month once.
with stretch as materialized (
    select * from leaf where index >= $1 and index < $2
), entered as materialized (
    select * from entry
    where seq >= (select min(seq) from stretch) and seq <= (select max(seq) from stretch)
), recorded as materialized (
    select * from activity
    where seq >= (select min(seq) from stretch) and seq <= (select max(seq) from stretch)
)
select
    stretch.index, stretch.hash as sealed, stretch.version, stretch.by_name as by_sealed, stretch.for_name as for_sealed,
    stretch.seq as leaf_seq, stretch.tombstone, activity.seq, activity.id::text as id, activity.application, activity.key,
    activity.kind, activity.file_number, activity.performed_by::text as performed_by, activity.performed_by_name,
    activity.performed_for::text as performed_for, activity.performed_for_name, activity.account::text as account,
    activity.occurred_at, activity.recorded_at, activity.personal, activity.correlation_id, (
        entry.id, entry.application, entry.key, entry.kind, entry.file_number, entry.performed_by, entry.performed_for,
        entry.account, entry.personal
    ) is not distinct from (
        activity.id, activity.application, activity.key, activity.kind, activity.file_number, activity.performed_by,
        activity.performed_for, activity.account, activity.personal
    ) as same_entry
from stretch
left join entered as entry on entry.seq = stretch.seq
left join recorded as activity on activity.seq = stretch.seq and activity.occurred_at = entry.occurred_at
order by stretch.index

-- name: list_written
-- Give activities by their places in the order of arrival, in the order asked for, each written as a line of a manifest
-- (docs/register.md) in three pieces: where there is a key, between them stand what opens the names. What was committed
-- to such a name is left out.
select
    leaf.index, activity.id::text as id, by_key.key as by_key, for_key.key as for_key,
    '{"by":' || case when by_key.key is null then 'null' else '{"name":' || to_json(performed_by_name) || ',"salt":"' end
    as before,
    case when by_key.key is null then '' else '"}' end
    || ',"for":' || case when for_key.key is null then 'null' else '{"name":' || to_json(performed_for_name) || ',"salt":"' end
    as between,
    case when for_key.key is null then '' else '"}' end
    || ',"hash":"' || left(encode(leaf.hash, 'hex'), 8) || '","index":' || leaf.index
    || ',"leaf":{"account":' || coalesce('"' || activity.account || '"', 'null')
    || ',"application":' || coalesce(to_json(activity.application)::text, 'null')
    || case
        when by_key.key is null then ',"by_name":' || coalesce('"' || encode(leaf.by_name, 'hex') || '"', 'null') else ''
    end
    || ',"correlation_id":' || coalesce(to_json(activity.correlation_id)::text, 'null')
    || ',"file_number":' || coalesce(to_json(activity.file_number)::text, 'null')
    || case
        when for_key.key is null then ',"for_name":' || coalesce('"' || encode(leaf.for_name, 'hex') || '"', 'null') else ''
    end
    || ',"id":"' || activity.id || '","key":' || coalesce(to_json(activity.key)::text, 'null')
    || ',"kind":' || to_json(activity.kind)
    || ',"occurred_at":"' || to_char(activity.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","performed_by":' || coalesce('"' || activity.performed_by || '"', 'null')
    || ',"performed_for":' || coalesce('"' || activity.performed_for || '"', 'null')
    || ',"personal":' || activity.personal
    || ',"recorded_at":"' || to_char(activity.recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","seq":' || activity.seq || ',"type":"activity","v":' || leaf.version || E'}}\n'
    as behind
from unnest($1::bigint[]) with ordinality as wanted (seq, place)
inner join entry on entry.seq = wanted.seq
inner join activity on activity.seq = entry.seq and activity.occurred_at = entry.occurred_at
inner join leaf on leaf.seq = entry.seq
left join subject_key as by_key on by_key.subject = activity.performed_by and performed_by_name is not null
left join subject_key as for_key on for_key.subject = coalesce(activity.performed_for, activity.account) and performed_for_name is not null
order by wanted.place

-- name: is_signed
-- Tell whether an activity of this place in the order of arrival, and so all before it, is in a signed state.
select $1 <= coalesce((select max(seq) from leaf where index < (select max(size) from checkpoint)), 0)

-- name: list_tombstones
-- Give all tombstones.
select tombstone.*, leaf.index from tombstone left join leaf on leaf.tombstone = tombstone.id order by leaf.index

-- name: list_unsealed
-- Give activities that should stand in the log and do not: older than what was last sealed, or waiting too long.
select activity.seq, activity.id
from activity
left join leaf on leaf.seq = activity.seq
where
    leaf.index is null
    and (
        activity.seq <= coalesce((select max(seq) from leaf), 0)
        or activity.recorded_at < clock_timestamp() - $1::interval
    )
order by activity.seq
limit 100

-- name: list_doubles
-- Give activities that stand in the register more than once.
select seq from activity group by seq having count(*) > 1 limit 100

-- name: list_unentered
-- Give entries without their activity, which no leaf names.
select entry.seq, entry.id
from entry
left join activity on activity.seq = entry.seq and activity.occurred_at = entry.occurred_at
left join leaf on leaf.seq = entry.seq
where activity.seq is null and leaf.seq is null
limit 100

-- name: list_removed
-- Give the people whose removal stands in the register.
select distinct performed_for from activity where kind = 'user.removed' and performed_for is not null

-- name: erase_subject
-- Destroy the key and the names of a person.
select erase_subject($1)

-- name: list_expired
-- Give the places in the log of activities of a kind from before a moment.
select leaf.index
from entry
inner join leaf on leaf.seq = entry.seq
where entry.kind = $1 and entry.occurred_at < $2
order by leaf.index
limit $3

-- name: insert_tombstone
-- Say what is taken out of the register.
insert into tombstone (id, kind, before, leaves, buried_at)
values ($1, $2, $3, $4, clock_timestamp())
returning *

-- name: bury
-- Take out what a tombstone names.
select bury($1)
