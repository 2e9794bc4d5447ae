"""Many accounts with two managers each, made at once; and what their events say became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared import ids
from shared.contracts.events.companies import Right

if TYPE_CHECKING:
    from tests.integration.accounts.conftest import World

ACCOUNTS = """
insert into account (
    id, kind, legal_name, operating_name, phone, email, street, city, province, postal_code, language, listed, shows,
    sort_key, words, pin_digest, pin_sealed, claimed_at
)
select
    id, 'contractor', 'LMS Corp.', '', '+16135550177', 'info@lmscorp.example.com', '1, rue Elgin', 'Ottawa', 'ON',
    'K1N 5Y6', 'fr', true, '{}', 'lms corp', '', decode(replace(id::text, '-', ''), 'hex'), '', clock_timestamp()
from unnest($1::uuid[]) as id
"""
MANAGERS = """
insert into member (account_id, person_id, via, manage, submit, pay, inspect, upload, templates)
select account, person, 'registered', true, true, true, true, true, true
from unnest($1::uuid[]) as account, unnest($2::uuid[]) as person
"""
WITHOUT = """
select count(*) from account as a
where not exists (select from member as m where m.account_id = a.id and m.manage and not m.suspended)
"""


async def accounts(world: World, count: int, *managers: UUID) -> list[UUID]:
    """Make accounts that all have these managers."""
    made = [ids.uuid7() for _ in range(count)]
    async with world.pool.transaction() as connection:
        await connection.execute(ACCOUNTS, made)
        await connection.execute(MANAGERS, made, list(managers))
    return made


async def without_manager(world: World) -> int:
    """Count the accounts that have no manager who could act."""
    return int(await world.pool.fetchval(WITHOUT))


async def held(world: World, account: UUID) -> dict[str, set[str]]:
    """Give the rights of each member as the table has them."""
    rows = await world.pool.fetch("select * from member where account_id = $1", account)
    return {str(row["person_id"]): {right.value for right in Right if row[right.value]} for row in rows}


async def told(world: World, account: UUID, begun: dict[str, set[str]]) -> tuple[list[int], dict[str, set[str]]]:
    """Give the sequences of an account's events, and the rights of each member as whoever hears them has them."""
    rows = await world.pool.fetch("select envelope from outbox where subject = $1 order by id", f"account/{account}")
    said = sorted((row["envelope"] for row in rows), key=lambda one: one["sequence"])
    known: dict[str, set[str]] = {name: set(rights) for name, rights in begun.items()}
    for one in said:
        _hear(known, one)
    return [one["sequence"] for one in said], known


def _hear(known: dict[str, set[str]], said: dict[str, Any]) -> None:
    kind, data = ".".join(said["type"].split(".")[1:3]), said["data"]
    if kind in ("member.joined", "member.changed", "successor.promoted"):
        known[data["member"]["id"]] = set(data["rights"])
    elif kind in ("member.removed", "member.left"):
        known.pop(data["member"]["id"], None)
