"""Forgets a person in the tables of messages: what was sent or could not be taken in no longer says who that was.

It happens in the transaction that hears of the removal. What had not been sent then is blanked within an hour
of being sent, and after seven days a sent event is deleted altogether.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.messaging.outbox import SQL

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.pool import Connection, Pool

KEPT = timedelta(days=30)
NAMING = ("id", "holder", "recipient")
PERSONAL = frozenset(
    {"username", "first_name", "last_name", "name", "email", "former_email", "sent_to", "sealed", "phone", "reason"}
)
"""What says who somebody is, in the object of an event that is about him."""


async def forget(connection: Connection, person: UUID) -> None:
    """Forget a person in this transaction, and remember to do so again for what is still on its way."""
    await connection.execute(SQL["insert_forgotten"], person)
    await _blank(connection, person)


async def clean(pool: Pool) -> None:
    """Blank what was sent since about people removed in the last 30 days."""
    await pool.execute(SQL["delete_forgotten"], KEPT)
    for row in await pool.fetch(SQL["list_forgotten"]):
        async with pool.transaction() as connection:
            await _blank(connection, row["person"])


async def _blank(connection: Connection, person: UUID) -> None:
    name = str(person)
    for row in await connection.fetch(SQL["list_sent_about"], name):
        if (said := redacted(row["envelope"], name)) != row["envelope"]:
            await connection.execute(SQL["update_sent"], row["id"], said)
    for row in await connection.fetch(SQL["list_failed_about"], name):
        if (said := _rewritten(row["body"], name)) != row["body"]:
            await connection.execute(SQL["update_failed"], row["id"], said)
    await connection.execute(SQL["delete_answers_about"], name)


def _rewritten(body: bytes, person: str) -> bytes:
    try:
        event = json.loads(body)
    except ValueError:
        return b""  # nobody will ever read it, and it names him
    said = redacted(event, person)
    return body if said == event else json.dumps(said, ensure_ascii=False).encode()


def redacted(value: Any, person: str) -> Any:
    """Give the same with the person's own objects blanked, wherever they stand."""
    if isinstance(value, list):
        return [redacted(one, person) for one in value]
    if not isinstance(value, dict):
        return value
    his = any(value.get(name) == person for name in NAMING)
    return {
        key: "" if his and key in PERSONAL and isinstance(one, str) else redacted(one, person)
        for key, one in value.items()
    }
