"""Brings the rows of an import of business accounts into the database (O3)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts import pins, store_imports
from services.accounts.commands.companies import changed_fields
from services.accounts.commands.speaking import account_state
from shared import ids
from shared.contracts.events import companies as events
from shared.messaging import outbox

if TYPE_CHECKING:
    from asyncpg import Record

    from services.accounts.rules.company_rows import Row
    from shared.contracts.envelope import Event
    from shared.db.pool import Connection

REFERENCES = "references"


async def write(connection: Connection, secrets: pins.Secrets, rows: Sequence[Row]) -> tuple[int, int]:
    """Insert what is new, correct what changed; give how many of each.

    Of a claimed account the managers say what is true: an import only links more applications with it.
    """
    known = await store_imports.lock_accounts(connection, [row.number for row in rows])
    new = [row for row in rows if row.number not in known]
    said = await _create(connection, secrets, new) if new else []
    changed = await _correct(connection, known, [row for row in rows if row.number in known])
    await outbox.emit_many(connection, [*said, *changed])
    return len(new), len(changed)


async def _create(connection: Connection, secrets: pins.Secrets, new: Sequence[Row]) -> list[tuple[Event, int]]:
    """Insert new accounts, each with its PIN; the cryptography runs beside the event loop."""
    made = await asyncio.to_thread(lambda: [secrets.new_pin() for _ in new])
    values = [(ids.uuid7(), row, digest, shown) for row, (digest, shown, _) in zip(new, made, strict=True)]
    records = {record["number"]: record for record in await store_imports.insert_accounts(connection, values)}
    await _link(connection, [(one, row) for one, row, _, _ in values])
    return [
        (_imported(records[row.number], row, notice), records[row.number]["version"])
        for row, (_, _, notice) in zip(new, made, strict=True)
    ]


def _imported(record: Record, row: Row, sealed: str) -> events.AccountImported:
    return events.AccountImported(
        **account_state(record, record["managers"]), number=row.number, references=row.references, sealed=sealed
    )


async def _link(connection: Connection, pairs: Sequence[tuple[UUID, Row]]) -> dict[UUID, list[str]]:
    """Remember every address and previous application; give by account the applications that are new."""
    addresses = [(one, address) for one, row in pairs for address in dict.fromkeys((row.email, *row.contacts))]
    if addresses:
        await store_imports.insert_addresses(connection, addresses)
    references = [(one, reference) for one, row in pairs for reference in row.references]
    return await store_imports.insert_references(connection, references)


async def _correct(connection: Connection, known: Mapping[str, Record], rows: Sequence[Row]) -> list[tuple[Event, int]]:
    fields = {known[row.number]["id"]: _changed(known[row.number], row) for row in rows}
    corrected = {known[row.number]["id"]: row for row in rows if fields[known[row.number]["id"]]}
    if corrected:
        await store_imports.update_accounts(connection, corrected)
    linked = await _link(connection, [(known[row.number]["id"], row) for row in rows])
    moved = [one for one in fields if fields[one] or one in linked]
    records = await store_imports.raise_versions(connection, moved) if moved else []
    return [
        (_event(record, fields[record["id"]], linked.get(record["id"], [])), record["version"]) for record in records
    ]


def _changed(record: Record, row: Row) -> tuple[str, ...]:
    """Name what the import corrects: nothing once the account is claimed."""
    return () if record["claimed_at"] else changed_fields({name: record[name] for name in row.facts()}, row.facts())


def _event(record: Record, fields: tuple[str, ...], references: Sequence[str]) -> events.AccountChanged:
    changed = (*fields, REFERENCES) if references else fields
    state = account_state(record, record["managers"])
    return events.AccountChanged(**state, changed=changed, references=tuple(references))
