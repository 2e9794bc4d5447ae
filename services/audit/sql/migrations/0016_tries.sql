-- A file that is written again, as somebody in it was erased, may be tried as often as a new one. And who is erased
-- waits for what is just sealed: it would keep a key for a name that is gone.

alter table export add column tries_end smallint not null default 3;
comment on column export.tries_end is 'It has failed once so many attempts were made.';

create or replace function erase_subject(who uuid) returns bigint language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    named bigint;
begin
    -- A statement of its own, so that the next ones see what was sealed while this one waited.
    perform pg_advisory_xact_lock(hashtextextended('mandat:seal', 0));
    delete from subject_key where subject = who;
    update activity set
        performed_by_name = case when performed_by = who then null else performed_by_name end,
        performed_for_name = case when performed_for = who then null else performed_for_name end
    where
        (seq, occurred_at) in (
            select seq, occurred_at from entry where performed_by = who or performed_for = who
        )
        and (
            (performed_by = who and performed_by_name is not null)
            or (performed_for = who and performed_for_name is not null)
        );
    get diagnostics named = row_count;
    return named;
end
$$;
