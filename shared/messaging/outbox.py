"""The outbox: an event is said in the transaction that makes it true (reliability §C1)."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from shared import ids, requests
from shared.contracts.envelope import Envelope, Event
from shared.db import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.db.pool import Connection

SQL = queries.load("shared.messaging")
PARTITIONS = 8
CHANNEL = "outbox"


def partition(subject: str) -> int:
    """Give the partition of an aggregate: all its events go through one relay, in order."""
    return zlib.crc32(subject.encode()) % PARTITIONS


class Row(NamedTuple):
    """An event as a row of the outbox, for a statement that writes more than that."""

    event_id: UUID
    part: int
    subject: str
    sequence: int
    type: str
    envelope: str


def row(event: Event, *, sequence: int, on_behalf_of: str | None = None, event_id: UUID | None = None) -> Row:
    """Make the row of an event, with a new id unless it is given.

    Its time is set by the statement that writes it; who runs that rings `CHANNEL` afterwards.
    """
    one = _envelope(event, sequence, on_behalf_of)
    if event_id is not None:
        one = one.model_copy(update={"id": event_id})
    return Row(one.id, partition(one.subject), one.subject, sequence, one.type, one.to_json().decode())


async def emit(
    connection: Connection,
    event: Event,
    *,
    sequence: int,
    on_behalf_of: str | None = None,
    event_id: UUID | None = None,
) -> UUID:
    """Say an event in the caller's transaction, in one round trip, and give its id, a new one unless it is given.

    `sequence` is the aggregate's version after the change, assigned under its row lock. Actor,
    correlation and causation come from the present origin; the time is the database's. The relay is
    woken once the connection is given back.
    """
    _ensure_transaction(connection)
    said = row(event, sequence=sequence, on_behalf_of=on_behalf_of, event_id=event_id)
    await connection.execute(SQL["insert_outbox"], *said)
    connection.rings = CHANNEL
    return said.event_id


async def emit_many(connection: Connection, said: Sequence[tuple[Event, int]]) -> None:
    """Say many events in the caller's transaction, each with its sequence, in one round trip."""
    _ensure_transaction(connection)
    rows = [row(event, sequence=sequence) for event, sequence in said]
    if rows:
        await connection.execute(SQL["insert_outbox_many"], *(list(column) for column in zip(*rows, strict=True)))
        connection.rings = CHANNEL


def _ensure_transaction(connection: Connection) -> None:
    if not connection.is_in_transaction():
        raise RuntimeError("an event is emitted in a transaction only")


def _envelope(event: Event, sequence: int, on_behalf_of: str | None) -> Envelope:
    origin = requests.current()
    return Envelope(
        id=ids.uuid7(),
        source="/" + event.type.split(".")[0],
        type=event.type,
        subject=event.subject(),
        time=datetime.now(UTC),  # only to be valid: the statement writes the database's
        data=event.model_dump(mode="json"),
        actor=origin.actor,
        onbehalfof=on_behalf_of or origin.on_behalf_of,
        correlationid=origin.correlation_id,
        causationid=origin.causation_id,
        traceparent=origin.traceparent,
        sequence=sequence,
    )
