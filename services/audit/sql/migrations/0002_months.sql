-- The register by months, and beside it one small row per activity that keeps its key, its order of arrival and what lists search.

create table entry (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    application text,
    key text,
    kind text not null,
    file_number text,
    performed_by uuid,
    performed_for uuid,
    account uuid,
    occurred_at timestamptz not null,
    personal boolean not null,
    unique (application, key)
);
comment on table entry is 'One row per activity, in the order of arrival: what lists search, and what makes a report idempotent. No names.';

-- Nothing has been released yet, so that no older code meets the new tables.
-- squawk-ignore renaming-table
alter table activity rename to activity_before;
-- squawk-ignore renaming-object
alter index activity_pkey rename to activity_before_pkey;

create table activity (
    seq bigint not null,
    id uuid not null,
    application text,
    key text,
    kind text not null,
    file_number text check (file_number !~ '[[:cntrl:]]'),
    performed_by uuid,
    performed_by_name text,
    performed_for uuid,
    performed_for_name text,
    account uuid,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    personal boolean not null,
    correlation_id text,
    primary key (seq, occurred_at)
) partition by range (occurred_at);
comment on table activity is 'The register, one partition per month of Québec time; what was written stays as it was.';
create table activity_rest partition of activity default;
comment on table activity_rest is 'Activities of months that have no partition: much older, or dated in the future.';

create function first_moment(day date) returns timestamptz language sql stable
return day::timestamp at time zone 'America/Toronto';

create function create_activity_month(day date) returns boolean language plpgsql as $$
declare
    first date := date_trunc('month', day);
    start timestamptz := first_moment(first);
    until timestamptz := first_moment((first + interval '1 month')::date);
    name text := 'activity_' || to_char(first, 'YYYY_MM');
begin
    if to_regclass(name) is not null then
        return false;
    end if;
    -- What came too early lies among the rest: it moves along, so that no range is in two places.
    execute format('create table %I (like activity including all)', name);
    execute format(
        'with moved as (delete from activity_rest where occurred_at >= %L and occurred_at < %L returning *)
         insert into %I select * from moved', start, until, name
    );
    execute format('alter table activity attach partition %I for values from (%L) to (%L)', name, start, until);
    return true;
end
$$;
comment on function create_activity_month is 'Make the partition of a day''s month; false when it is there.';

create function drop_activity_month(day date) returns bigint language plpgsql as $$
declare
    name text := 'activity_' || to_char(day, 'YYYY_MM');
    gone bigint;
begin
    if to_regclass(name) is null then
        return 0;
    end if;
    execute format('delete from entry using %I as old where entry.seq = old.seq', name);
    get diagnostics gone = row_count;
    execute format('drop table %I', name);
    return gone;
end
$$;
comment on function drop_activity_month is 'Take a day''s month out of the register and give the number of its activities; the tombstone is the caller''s.';

-- How a name is sorted stands with the person; the register keeps the name of the day only.
alter table person add column sort text not null default '';
update person
set sort = coalesce(
    (
        select performed_by_sort from activity_before
        where performed_by = person.id and performed_by_name = person.name
        limit 1
    ),
    lower(person.name)
);
-- squawk-ignore ban-drop-default
alter table person alter column sort drop default;

select create_activity_month(month::date)
from generate_series(
    date_trunc('month', coalesce((select min(occurred_at) from activity_before), now()) - interval '1 day'),
    now() + interval '3 months',
    interval '1 month'
) as month;

insert into entry (id, application, key, kind, file_number, performed_by, performed_for, occurred_at, personal)
select id, application, key, kind, file_number, performed_by, performed_for, occurred_at, personal
from activity_before
order by recorded_at, id;

insert into activity (
    seq, id, application, key, kind, file_number, performed_by, performed_by_name, performed_for, performed_for_name,
    occurred_at, recorded_at, personal, correlation_id
)
select
    entry.seq, old.id, old.application, old.key, old.kind, old.file_number, old.performed_by, old.performed_by_name,
    old.performed_for, old.performed_for_name, old.occurred_at, old.recorded_at, old.personal, old.correlation_id
from activity_before as old
inner join entry on entry.id = old.id
order by entry.seq;

-- squawk-ignore ban-drop-table
drop table activity_before;

create index entry_by on entry (performed_by, occurred_at desc, seq desc)
include (performed_for, account, kind, file_number, personal);
create index entry_for on entry (performed_for, occurred_at desc, seq desc)
include (performed_by, account, kind, file_number, personal) where performed_by is distinct from performed_for;
create index entry_account on entry (account, occurred_at desc, seq desc)
include (performed_by, performed_for, kind, file_number, personal) where account is not null;
create index entry_date on entry (occurred_at desc, seq desc);
create index entry_file on entry (file_number collate "C", occurred_at desc, seq desc) where file_number is not null;
