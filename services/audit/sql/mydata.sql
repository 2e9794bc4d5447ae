-- What audit keeps of a person, for himself: what his list shows, and what only operators see of him.

-- name: name
-- Give the name under which his activities are recorded.
select id, name from person where id = $1 limit $2

-- name: activities
-- Give what was done by him or for him, each with its place in the sealed log.
select
    activity.id, activity.kind, activity.occurred_at, activity.recorded_at, activity.file_number, activity.application,
    activity.performed_by, activity.performed_by_name, activity.performed_for, activity.performed_for_name, leaf.index,
    reason.reason
from (
    (
        select seq, occurred_at from entry where performed_by = $1 order by occurred_at desc, seq desc limit $2
    )
    union
    (
        select seq, occurred_at from entry where performed_for = $1 order by occurred_at desc, seq desc limit $2
    )
) as his
inner join activity on activity.seq = his.seq and activity.occurred_at = his.occurred_at
left join leaf on leaf.seq = his.seq
left join reason on reason.activity = activity.id and reason.person = $1
order by activity.occurred_at desc, activity.seq desc
limit $2
