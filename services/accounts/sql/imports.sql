-- name: lock_accounts_by_number
-- Hold accounts by the numbers of an import, always in the same order.
select * from account where number = any($1::text[]) order by number for update

-- name: insert_accounts
-- Insert the new accounts of an import, each with its PIN and without members.
insert into account (
    id, number, kind, legal_name, operating_name, tarion_number, phone, email, street, unit, city, province,
    postal_code, language, sort_key, words, pin_digest, pin_sealed, listed, shows, version
)
select
    id, number, kind, legal_name, operating_name, tarion_number, phone, email, street, unit, city, province,
    postal_code, language, sort_key, to_tsvector('simple', words), pin_digest, pin_sealed, true,
    array['operating_name'], 1
from unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::bytea[],
    $18::bytea[]
) as said (
    id, number, kind, legal_name, operating_name, tarion_number, phone, email, street, unit, city, province,
    postal_code, language, sort_key, words, pin_digest, pin_sealed
)
returning *, '{}'::uuid[] as managers

-- name: update_accounts
-- Correct what an import says of accounts that nobody has claimed.
update account set
    legal_name = said.legal_name, operating_name = said.operating_name, tarion_number = said.tarion_number,
    phone = said.phone, email = said.email, street = said.street, unit = said.unit, city = said.city,
    province = said.province, postal_code = said.postal_code, language = said.language, sort_key = said.sort_key,
    words = to_tsvector('simple', said.words)
from unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::text[]
) as said (
    id, legal_name, operating_name, tarion_number, phone, email, street, unit, city, province, postal_code, language,
    sort_key, words
)
where account.id = said.id

-- name: insert_addresses
-- Remember the addresses of several accounts.
insert into account_contact (account_id, email)
select * from unnest($1::uuid[], $2::text[]) on conflict do nothing

-- name: insert_references
-- Link previous applications with accounts (O3); gives those that were not linked yet.
insert into account_reference (account_id, reference)
select * from unnest($1::uuid[], $2::text[]) on conflict do nothing
returning account_id, reference

-- name: raise_versions
-- Raise the versions of accounts that are held; give them as they are, with their managers who can act.
update account set version = version + 1
where id = any($1::uuid[])
returning *, array(
    select person_id from member
    where account_id = account.id and manage and not suspended and not gone
    order by person_id
) as managers
