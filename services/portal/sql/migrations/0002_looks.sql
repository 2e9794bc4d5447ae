-- The look that an operator has begun in his session: whose screens his pages show, why, until when.

alter table web_session add column look jsonb;
