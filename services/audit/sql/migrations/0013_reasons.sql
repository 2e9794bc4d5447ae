-- Why operators looked at the screens of people. It stands beside the register, not in it: such words may name the person,
-- and go when he is erased.

create table reason (
    activity uuid primary key,
    person uuid not null,
    reason text not null
);

create index reason_person on reason (person);
