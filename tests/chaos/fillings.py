"""What lies in the tables of each service, and what is done on them all the time, while its database is migrated.

Both are named by the migration from which on they are possible. `$1` of a filling is a number of rows; an ask has
one number of a row, a `read` alone or a `write` in a transaction with an event of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

ID = "lpad(to_hex({}), 32, '0')::uuid"
ROW, OTHER = ID.format("n"), ID.format("n + 1")
ASKED = ID.format("$1::int")
NAMES = "'Ada', 'Roy'"


@dataclass(frozen=True)
class Stage:
    """What is there, and done, once a migration is applied."""

    fill: str
    asks: tuple[str, ...]


def rows(table: str, columns: str, values: str) -> str:
    """Give the statement that fills a table with numbered rows."""
    return f"insert into {table} ({columns}) select {values} from generate_series(1, $1::int) as n"


def bump(table: str) -> str:
    """Give the statement that raises the version of a row."""
    return f"update {table} set version = version + 1 where id = {ASKED}"


def add(columns: str, values: str) -> str:
    """Give the statement that adds a row with an id of its own."""
    return f"insert into {columns} values (gen_random_uuid(), {values})"


SAYINGS = Stage(
    rows("saying", "key, kind, body", "n, 'alert', '{}'"),
    (
        "update saying set attempts = attempts + 1 where key = $1::int::text",
        "select * from saying where key = $1::int::text",
    ),
)
STAGES: dict[str, tuple[Stage, ...]] = {
    "messaging/0001_messaging": (
        Stage(
            rows("inbox", "consumer, event_id", f"'some', {ROW}"),
            (f"select from inbox where consumer = 'some' and event_id = {ASKED}",),
        ),
    ),
    "identity/0001_init": (
        Stage(
            rows(
                "person",
                "id, username, username_key, email, email_key, first_name, last_name, language, password_hash",
                f"{ROW}, n, n, n, n, {NAMES}, 'fr', 'x'",
            ),
            (bump("person"), f"select * from person where id = {ASKED}"),
        ),
        Stage(
            rows("session", "id, person_id, expires_at", f"{ROW}, {ROW}, now() + interval '1 day'"),
            (f"update session set last_used_at = now() where id = {ASKED}",),
        ),
    ),
    "accounts/0001_licences": (
        Stage(
            rows(
                "person",
                "id, username, first_name, last_name, email, verified, version",
                f"{ROW}, n, {NAMES}, n, true, 1",
            ),
            (bump("person"), f"select * from person where id = {ASKED}"),
        ),
        Stage(
            rows(
                "licence",
                "id, matricule, first_name, last_name, email, office, language",
                f"{ROW}, n, {NAMES}, n, n, 'fr'",
            ),
            (bump("licence"), f"select * from licence where id = {ASKED}"),
        ),
    ),
    "accounts/0002_companies": (
        Stage(
            rows(
                "account",
                "id, kind, legal_name, operating_name, phone, email, street, city, province, postal_code, language, "
                "listed, shows, sort_key, words, number, pin_digest, pin_sealed",
                f"{ROW}, 'contractor', n, n, '+14185551234', n, n, n, 'QC', 'G1R 4S9', 'fr', true, '{{}}', n, "
                "to_tsvector(n::text), n, int4send(n), int4send(n)",
            ),
            (bump("account"), f"select * from account where id = {ASKED}"),
        ),
        Stage(
            rows("member", "account_id, person_id, via", f"{ROW}, {ROW}, 'pin'"),
            (
                f"update member set pay = not pay where account_id = {ASKED}",
                f"select * from member where account_id = {ASKED}",
            ),
        ),
    ),
    "delegation/0001_delegations": (
        Stage(
            rows(
                "person",
                "id, username, username_key, email, email_key, first_name, last_name, sort_key, language, verified, "
                "version",
                f"{ROW}, n, n, n, n, {NAMES}, n, 'fr', true, 1",
            ),
            (bump("person"),),
        ),
        Stage(
            rows(
                "licence",
                "id, matricule, first_name, last_name, status, holder, version",
                f"{ROW}, n, {NAMES}, 'active', {ROW}, 1",
            ),
            (bump("licence"), f"select * from licence where holder = {ASKED}"),
        ),
        Stage(rows("delegator", "id", ROW), (bump("delegator"),)),
        Stage(
            rows(
                "delegation",
                "id, delegator_id, delegate_id, matricule, added_at",
                f"{ROW}, {ROW}, {ID.format('case n when 1 then 2 else n - 1 end')}, n, now()",
            ),
            (bump("delegation"), f"select * from delegation where delegator_id = {ASKED}"),
        ),
    ),
    "notifications/0001_emails": (
        Stage(
            rows("recipient", "id, first_name, last_name, email, language, version", f"{ROW}, {NAMES}, n, 'fr', 1"),
            (bump("recipient"), f"select * from recipient where id = {ASKED}"),
        ),
        Stage(
            rows(
                "email",
                "id, key, template, recipient, name, address, language, data, message_id, state",
                f"{ROW}, int4send(n), 'some', {ROW}, n, n, 'fr', '{{}}', n, 'sent'",
            ),
            (bump("email"), "select * from email where address = $1::int::text order by created_at desc limit 50"),
        ),
    ),
    "audit/0002_months": (
        Stage(
            rows(
                "entry",
                "id, kind, file_number, performed_by, performed_for, occurred_at, personal",
                f"{ROW}, 'some', n, {ID.format('n % 100')}, {ID.format('n % 1000')}, now(), true",
            ),
            (
                add("entry (id, kind, file_number, occurred_at, personal)", "'some', $1::int, now(), true"),
                f"select * from entry where performed_by = {ASKED} order by occurred_at desc limit 50",
            ),
        ),
        Stage(
            "insert into activity (seq, id, kind, occurred_at, personal) select seq, id, kind, occurred_at, personal "
            "from entry order by seq limit $1",
            (
                add("activity (id, seq, kind, occurred_at, personal)", "1000000000 + $1::int, 'some', now(), true"),
                "select * from activity where seq = $1::int",
            ),
        ),
    ),
    "portal/0001_visits": (
        Stage(
            rows(
                "web_session",
                "digest, person, facts, tokens, access_until, ends_at",
                f"int4send(n), {ROW}, '{{}}', 'x', now(), now() + interval '1 day'",
            ),
            (
                "update web_session set used_at = now() where digest = int4send($1::int)",
                "select * from web_session where digest = int4send($1::int)",
            ),
        ),
    ),
    "cadastre/0001_files": (SAYINGS,),
    "permits/0001_applications": (
        SAYINGS,
        Stage(
            rows(
                "application",
                "id, number, kind, title, address, description, client, client_name, opened_by",
                f"{ROW}, n, 'some', n, n, n, {ROW}, n, {ROW}",
            ),
            (
                f"update application set state = 'in-review' where id = {ASKED}",
                f"select * from application where client = {ASKED} order by id desc limit 50",
            ),
        ),
    ),
}
"""Before `audit/0002_months` nothing was released: it makes the register anew, and its writers with it."""
