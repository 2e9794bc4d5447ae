-- What audit said it had signed, as it was heard: a witness against a register that is rewritten or cut.

create table witness (
    log text not null,
    size bigint not null,
    note text not null,
    heard_at timestamptz not null default clock_timestamp(),
    primary key (log, size, note)
);
comment on table witness is 'Every signed state of the register that was heard, two of one size if ever there were.';
