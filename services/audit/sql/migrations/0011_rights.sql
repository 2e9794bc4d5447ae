-- The service runs as a role that inserts and reads in the register, and does nothing else there. What the law or the
-- calendar asks beyond that are functions with the owner's rights. Who may enter this database at all may call them.

-- Nothing has been released yet, and nothing calls it.
-- squawk-ignore ban-drop-function
drop function grant_register(name);
grant execute on function erase_subject(uuid), bury(uuid) to public;
alter function create_activity_month(date) security definer;
alter function create_activity_month(date) set search_path = public, pg_temp;
