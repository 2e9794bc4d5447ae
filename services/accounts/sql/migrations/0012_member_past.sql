-- What memberships were before they were as they are, so that it can be said who had which rights at a moment in the past.

alter table member add column since timestamptz not null default now();
alter table member alter column since set default clock_timestamp();
comment on column member.since is 'Since when the rights are these; nothing is known of before the first upgrade that kept it.';

create table member_past (
    account_id uuid not null,
    person_id uuid not null,
    manage boolean not null,
    submit boolean not null,
    pay boolean not null,
    inspect boolean not null,
    upload boolean not null,
    templates boolean not null,
    suspended boolean not null,
    gone boolean not null,
    since timestamptz not null,
    until timestamptz not null check (until >= since)
);
comment on table member_past is 'From when until when a membership was so; the id of a person stays, as in the register. Accounts never go, and a key to them would be locked before the account itself.';
create index member_past_person on member_past (person_id, account_id, until);

-- Whatever changes a membership keeps what it was: who holds the account alone changes them, so no two periods meet.
-- It works with the owner's rights: the running service cannot change what was, and is refused nothing meanwhile.
create function keep_member_past() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    changed timestamptz := greatest(clock_timestamp(), old.since);
begin
    insert into member_past values (
        old.account_id, old.person_id, old.manage, old.submit, old.pay, old.inspect, old.upload, old.templates,
        old.suspended, old.gone, old.since, changed
    );
    if tg_op = 'DELETE' then
        return old;
    end if;
    new.since := changed;
    return new;
end
$$;

create trigger member_changes before update on member for each row
when (
    (old.manage, old.submit, old.pay, old.inspect, old.upload, old.templates, old.suspended, old.gone)
    is distinct from
    (new.manage, new.submit, new.pay, new.inspect, new.upload, new.templates, new.suspended, new.gone)
)
execute function keep_member_past();

create trigger member_ends before delete on member for each row execute function keep_member_past();

create view member_ever as
select
    account_id, person_id, manage, submit, pay, inspect, upload, templates, suspended, gone, since,
    'infinity'::timestamptz as until
from member
union all
select account_id, person_id, manage, submit, pay, inspect, upload, templates, suspended, gone, since, until
from member_past;
