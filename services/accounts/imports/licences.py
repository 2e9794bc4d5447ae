"""Brings the rows of a roster of licences into the database (decision 11)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.accounts import pins, store
from services.accounts.commands.licences import licence_event
from shared import ids
from shared.contracts.events import accounts as events
from shared.messaging import outbox

if TYPE_CHECKING:
    from asyncpg import Record

    from services.accounts.rules.licences import Row
    from shared.contracts.envelope import Event
    from shared.db.pool import Connection


async def write(connection: Connection, secrets: pins.Secrets, rows: Sequence[Row]) -> tuple[int, int]:
    """Insert what is new, correct what changed; give how many of each."""
    known = await store.lock_licences_by_matricule(connection, [row.matricule for row in rows])
    new = [row for row in rows if row.matricule not in known]
    changed = [row for row in rows if row.matricule in known and row.facts() != _facts(known[row.matricule])]
    said: list[tuple[Event, int]] = []
    if new:
        said += await _create(connection, secrets, new)
    if changed:
        corrections = [(known[row.matricule]["id"], *row.facts()) for row in changed]
        for record in await store.update_licences(connection, corrections):
            said.append((licence_event(events.LicenceChanged, record), record["version"]))
    await outbox.emit_many(connection, said)
    return len(new), len(changed)


def _facts(row: Record) -> tuple[str, ...]:
    return (row["first_name"], row["last_name"], row["email"], row["office"], row["language"])


async def _create(connection: Connection, secrets: pins.Secrets, new: Sequence[Row]) -> list[tuple[Event, int]]:
    """Insert new licences, each with its PIN; the cryptography runs beside the event loop."""
    made = await asyncio.to_thread(lambda: [secrets.new_pin() for _ in new])
    values = [
        (ids.uuid7(), row.matricule, *row.facts(), digest, shown)
        for row, (digest, shown, _) in zip(new, made, strict=True)
    ]
    sealed = {row.matricule: notice for row, (_, _, notice) in zip(new, made, strict=True)}
    return [
        (licence_event(events.LicenceImported, record, sealed=sealed[record["matricule"]]), record["version"])
        for record in await store.insert_licences(connection, values)
    ]
