-- That a file is ready is said once, also when it is written again as somebody in it was erased.

alter table export add column announced boolean not null default false;
comment on column export.announced is 'Who asked for it has been told that it is ready.';
update export set announced = true where state = 'ready';
