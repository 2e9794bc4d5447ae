-- name: insert_account
-- Insert an account that a person registers; saying its first event makes it version 1.
insert into account (
    id, kind, legal_name, operating_name, tarion_number, phone, email, street, unit, city, province, postal_code,
    language, listed, shows, sort_key, words, pin_digest, pin_sealed, claimed_at
)
values (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, to_tsvector('simple', $17), $18, $19,
    clock_timestamp()
)

-- name: lock_account
-- Hold an account: the lock that everything about it takes first. Its members are read after that, in another statement.
select * from account where id = $1 for update

-- name: lock_account_by_pin
-- Hold the account of a PIN, by any of the digests that the accepted keys give; a PIN replaced meanwhile finds nothing.
select * from account where pin_digest = any($1::bytea[]) for update

-- name: raise_version
-- Raise the version of an account that is held, once for each event; give it as it is, with its managers who can act.
update account set version = version + $2
where id = $1
returning *, array(
    select person_id from member
    where account_id = account.id and manage and not suspended and not gone
    order by person_id
) as managers

-- name: update_account
-- Change what an account says of itself.
update account set
    legal_name = $2, operating_name = $3, tarion_number = $4, phone = $5, email = $6, street = $7, unit = $8, city = $9,
    province = $10, postal_code = $11, language = $12, listed = $13, shows = $14, sort_key = $15,
    words = to_tsvector('simple', $16)
where id = $1

-- name: update_account_pin
-- Give an account another PIN; the former one is dead from the commit on.
update account set pin_digest = $2, pin_sealed = $3, pin_since = clock_timestamp() where id = $1
returning pin_since

-- name: update_claimed
-- Note that an account has members from now on.
update account set claimed_at = clock_timestamp() where id = $1

-- name: update_successor
-- Name the member who follows when the last manager is gone, or nobody.
update account set successor = $2 where id = $1

-- name: clear_successor
-- Name nobody any more when it is one of these.
update account set successor = null where id = $1 and successor = any($2::uuid[])

-- name: clear_claimed
-- Let an account be as before it was claimed.
update account set claimed_at = null, successor = null, orphaned_at = null where id = $1

-- name: update_orphaned
-- Note that all managers of an account are gone, or that there is one again.
update account set orphaned_at = case when $2 then clock_timestamp() end where id = $1

-- name: insert_contacts
-- Remember addresses that an account is known by.
insert into account_contact (account_id, email) select $1, unnest($2::text[]) on conflict do nothing

-- name: list_contacts
-- Give the addresses that an account is or was known by, the newest first.
select email from account_contact where account_id = $1 order by known_at desc, email limit 50

-- name: list_references
-- Give the previous applications of an account.
select reference from account_reference where account_id = $1 order by reference limit 1000

-- name: find_account
-- Give an account as a person sees it who belongs to it, with his membership.
select
    a.*, m.manage, m.submit, m.pay, m.inspect, m.upload, m.templates, m.suspended, m.gone,
    array(select reference from account_reference where account_id = a.id order by reference limit 1000) as refs
from account as a
join member as m on m.account_id = a.id
where a.id = $1 and m.person_id = $2

-- name: find_companies
-- Give companies that wish to be found and whose names hold all these beginnings of words, by name (O16).
select *
from account
where
    listed and claimed_at is not null and words @@ to_tsquery('simple', $1)
    and ($2::text is null or (sort_key, id) > ($2, $3::uuid))
order by sort_key, id
limit $4

-- name: find_company
-- Give one company that wishes to be found (O16).
select * from account where id = $1 and listed and claimed_at is not null

-- name: list_directory
-- Give accounts to operators by name; by beginnings of words, number and state if wanted.
select *
from account
where
    ($1::text is null or words @@ to_tsquery('simple', $1))
    and ($2::text is null or number = $2)
    and ($3::text is null or $3 = case
        when claimed_at is null then 'unclaimed' when orphaned_at is not null then 'orphaned' else 'active' end)
    and ($4::text is null or (sort_key, id) > ($4, $5::uuid))
order by sort_key, id
limit $6
