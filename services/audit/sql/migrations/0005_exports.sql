-- Long downloads, prepared in the background and kept for some days.

create table export (
    id uuid primary key,
    owner uuid not null,
    owner_name text not null,
    everything boolean not null,
    format text not null,
    language text not null,
    query jsonb not null,
    state text not null check (state in ('queued', 'running', 'ready', 'failed', 'cancelled')),
    total bigint not null,
    done bigint not null default 0,
    size bigint,
    attempts smallint not null default 0,
    lease_until timestamptz,
    asked_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    expires_at timestamptz
);
comment on table export is 'A file that somebody asked for: how far it is, and until when it is kept.';
comment on column export.lease_until is 'Until then the process that writes it has it; it says so again every second.';
create index export_owner on export (owner, asked_at desc);
create index export_open on export (asked_at) where state in ('queued', 'running');

create table export_part (
    export uuid not null references export (id) on delete cascade,
    number int not null,
    content bytea not null,
    primary key (export, number)
);
comment on table export_part is 'The file itself, in parts, where every replica finds it.';
alter table export_part alter column content set storage external;
