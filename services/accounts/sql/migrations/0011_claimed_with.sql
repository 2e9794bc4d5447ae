-- The PIN that the holder of a licence typed, so that the same claim sent again is answered as done.

alter table licence add column claimed_with bytea;
comment on column licence.claimed_with is 'Its keyed digest: it opens nothing any more.';
