"""The outbox: an event is said in the transaction that makes it true (reliability §C1)."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

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
    if not connection.is_in_transaction():
        raise RuntimeError("an event is emitted in a transaction only")
    envelope = _envelope(event, sequence, on_behalf_of)
    if event_id is not None:
        envelope = envelope.model_copy(update={"id": event_id})
    await connection.execute(
        SQL["insert_outbox"],
        envelope.id,
        partition(envelope.subject),
        envelope.subject,
        sequence,
        envelope.type,
        envelope.to_json().decode(),
    )
    connection.rings = CHANNEL
    return envelope.id


async def emit_many(connection: Connection, said: Sequence[tuple[Event, int]]) -> None:
    """Say many events in the caller's transaction, each with its sequence, in one round trip."""
    if not connection.is_in_transaction():
        raise RuntimeError("an event is emitted in a transaction only")
    envelopes = [_envelope(event, sequence, None) for event, sequence in said]
    rows = [
        (one.id, partition(one.subject), one.subject, one.sequence, one.type, one.to_json().decode())
        for one in envelopes
    ]
    if rows:
        await connection.execute(SQL["insert_outbox_many"], *(list(column) for column in zip(*rows, strict=True)))
        connection.rings = CHANNEL


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
