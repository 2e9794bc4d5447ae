-- Counting a long list anew takes few large steps rather than many small ones: each adds to the same counts.

create or replace function track(whom uuid) returns void language plpgsql as $$
declare
    part entry[];
begin
    perform pg_advisory_xact_lock(hashtextextended('mandat:register', 0));
    insert into tracked values (whom) on conflict do nothing;
    delete from tally where party = whom;
    perform cut_runs(whom, '', null);
    for part in
        select array_agg(one) from seen_by(whom) as one group by one.seq / 500000
    loop
        insert into tally (party, facet, value, grain, day, n)
        select more.* from counts_of(part, whom) as more
        on conflict (party, facet, value, grain, day) do update set n = tally.n + excluded.n;
    end loop;
end
$$;
