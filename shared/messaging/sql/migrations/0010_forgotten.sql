-- People who were removed: what still says who they were is blanked as soon as it has done its work.

create table forgotten (
    person uuid primary key,
    since timestamptz not null default clock_timestamp()
);
comment on table forgotten is 'Kept 30 days: longer than any event in the outbox or among the retries.';
