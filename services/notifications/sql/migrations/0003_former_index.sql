-- no-transaction
-- E-mails that are due are found by `email_next`.
drop index concurrently if exists email_due;
