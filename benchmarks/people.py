"""Rows of surveyors, delegates and delegations in delegation's own tables, laid by SQL."""

from __future__ import annotations

import json
from uuid import UUID, uuid5

import asyncpg

from benchmarks.stage import Stage

SPACE = UUID("0193a0c0-0000-7000-8000-000000000000")
SURVEYORS = 2_003
DELEGATES = 2_003
EACH = 5
"""Delegations of a surveyor, for the questions."""

PERSON = """
insert into person (
    id, username, username_key, email, email_key, first_name, last_name, sort_key, language, verified, version
)
select id, 'user' || n, 'user' || n, 'user' || n || '@mandat.example.com', 'user' || n || '@mandat.example.com',
    'Prénom', 'Nom' || n, 'nom' || n || chr(9) || 'prenom', 'fr', true, 1
from unnest($1::uuid[]) with ordinality as one (id, n)
"""
LICENCE = """
insert into licence (id, matricule, first_name, last_name, status, holder, version)
select gen_random_uuid(), (10000 + n)::text, 'Prénom', 'Nom' || n, 'active', id, 1
from unnest($1::uuid[]) with ordinality as one (id, n)
"""
DELEGATOR = "insert into delegator (id, ever_added) select id, true from unnest($1::uuid[]) as id"
DELEGATION = """
insert into delegation (id, delegator_id, delegate_id, matricule, added_at)
select gen_random_uuid(), surveyor, performer, '10000', clock_timestamp()
from unnest($1::uuid[], $2::uuid[]) as one (surveyor, performer)
"""


def surveyor(number: int) -> UUID:
    """Give the id of a surveyor."""
    return uuid5(SPACE, f"surveyor {number}")


def delegate(number: int) -> UUID:
    """Give the id of a person who holds no licence."""
    return uuid5(SPACE, f"delegate {number}")


def pairs() -> list[tuple[UUID, UUID]]:
    """Give performer and surveyor of each delegation laid by `lay`."""
    return [
        (delegate((number * 7 + place) % DELEGATES), surveyor(number))
        for place in range(EACH)
        for number in range(SURVEYORS)
    ]


async def lay(stage: Stage, *, delegations: bool) -> None:
    """Empty delegation's tables and lay the people; with or without their delegations."""
    connection = await stage.connect("delegation")
    try:
        await connection.execute("truncate delegation, delegator, licence, person, outbox, idempotency")
        surveyors = [surveyor(number) for number in range(SURVEYORS)]
        await connection.execute(PERSON, surveyors + [delegate(number) for number in range(DELEGATES)])
        await connection.execute(LICENCE, surveyors)
        await connection.execute(DELEGATOR, surveyors)
        if delegations:
            performers, owners = zip(*pairs(), strict=True)
            await connection.execute(DELEGATION, owners, performers)
        await connection.execute("vacuum analyze", timeout=120)
    finally:
        await connection.close()


async def forget_writes(connection: asyncpg.Connection) -> None:
    """Empty the tables that designating writes to; the surveyors stay."""
    await connection.execute("truncate delegation, outbox, idempotency")
    await connection.execute("update delegator set ever_added = true")
    await connection.execute("vacuum full delegator", timeout=60)
    await connection.execute("analyze", timeout=60)


def question(performer: UUID, owner: UUID) -> dict[str, object]:
    """Ask as a connected application does (examples/cadastre/mandat.py)."""
    return {
        "subject": {"type": "user", "id": str(performer)},
        "action": {"name": "surveyor:lot:reserve"},
        "resource": {"type": "surveyor", "id": str(owner)},
    }


def body(value: object) -> str:
    """Give a body as one line of JSON."""
    return json.dumps(value, separators=(",", ":"))
