-- Looks of operators at the screens of people: whose, why, until when. The register of activities keeps them for good.

create table look (
    id uuid primary key,
    session_id uuid not null references session on delete cascade,
    person_id uuid not null references person on delete cascade,
    reason text not null,
    began_at timestamptz not null default now(),
    ends_at timestamptz not null
);

create index look_session on look (session_id);
create index look_person on look (person_id);
