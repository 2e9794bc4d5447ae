-- What Mandat does not take is given up in the end, and says why.

alter table saying add column refused text;
alter table saying add column refusals integer not null default 0;
comment on column saying.refused is 'What Mandat answered instead of taking it; with `said_at`, it was given up then.';
