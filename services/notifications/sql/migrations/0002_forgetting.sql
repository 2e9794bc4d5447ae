-- People who were removed leave only their id; what many get at once waits behind what somebody waits for.

alter table recipient add column removed boolean not null default false;
comment on column recipient.removed is 'The rest is blank: the row only keeps late events from bringing the person back.';

alter table email add column bulk boolean not null default false;
comment on column email.bulk is 'Goes when nothing that a person waits for is due.';

create index email_recipient on email (recipient) where address <> '';
create index email_next on email (bulk, send_after) where state = 'queued';
