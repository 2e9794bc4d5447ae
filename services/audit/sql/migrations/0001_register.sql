-- The register of activities and the names of people as identity last gave them.

create table person (
    id uuid primary key,
    name text not null,
    version bigint not null
);

create table activity (
    id uuid primary key,
    application text,
    key text,
    kind text not null,
    file_number text check (file_number !~ '[[:cntrl:]]'),
    performed_by uuid,
    performed_by_name text,
    performed_by_sort text not null,
    performed_for uuid,
    performed_for_name text,
    performed_for_sort text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    personal boolean not null,
    correlation_id text,
    unique (application, key)
);

create index activity_for_date on activity (performed_for, occurred_at desc, id desc) where personal;
create index activity_by_date on activity (performed_by, occurred_at desc, id desc) where personal;
create index activity_for_file on activity (performed_for, file_number collate "C", id) where personal;
create index activity_by_file on activity (performed_by, file_number collate "C", id) where personal;
create index activity_date on activity (occurred_at desc, id desc);
