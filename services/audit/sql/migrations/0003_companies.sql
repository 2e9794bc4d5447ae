-- Business accounts as the accounts service last told of them: their names, and who manages them and so sees what is done for them.

create table company (
    id uuid primary key,
    name text not null,
    sort text not null,
    version bigint not null
);

create table manager (
    person uuid not null,
    account uuid not null,
    primary key (person, account)
);
create index manager_account on manager (account);
